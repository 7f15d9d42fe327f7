package imports

import (
	"slices"
	"strings"
	"unicode"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed/mapping"
)

// keyWord stands for the column that tells rows apart.
const keyWord = "key"

// firstYear is the first year that two digits may mean.
const firstYear = 1900

// headers are names of columns by field, in English and Chinese, as normal makes
// them; a field's own name is one of them.
func headers(kind string) map[string][]string {
	return map[string]map[string][]string{
		"branch": {
			keyWord: {"branchno", "branchid", "branchcode", "branch", "网点号", "机构号", "机构代码", "机构编号", "网点编号"},
			"name":  {"branchname", "网点名称", "机构名称", "名称"}, "region": {"地区", "区域", "大区"}, "time_zone": {"tz", "时区"}, "country": {"countrycode", "国家", "国家代码"},
			"number": {"branchnumber", "编号", "号码"}, "town": {"city", "城市", "所在地"},
		},
		"party": {
			keyWord: {"customerid", "customerno", "customernumber", "custno", "custid", "clientid", "clientno", "partyid", "uniqueid", "recid", "cif", "cifno", "id", "客户号", "客户编号", "客户号码", "编号"},
			"type":  {"customertype", "custtype", "partytype", "客户类型", "类型", "客户类别"},
			"name":  {"fullname", "customername", "custname", "legalname", "clientname", "姓名", "名称", "客户名称", "客户姓名", "户名"},
			"birth": {"birthdate", "dateofbirth", "dob", "birthday", "出生日期", "生日", "出生年月", "成立日期"}, "sex": {"gender", "性别"},
			"document": {"idnumber", "idno", "documentnumber", "documentno", "registrationnumber", "passportno", "socsecid", "证件号码", "证件号", "身份证号", "身份证", "身份证号码", "统一社会信用代码"}, "document_type": {"idtype", "documenttype", "证件类型", "证件种类"},
			"home":   {"homebranch", "branch", "branchno", "branchid", "districtid", "网点号", "开户网点", "所属网点", "机构号", "归属机构"},
			"status": {"customerstatus", "客户状态", "状态"}, "since": {"customersince", "opendate", "开户日期", "建档日期", "客户起始日"}, "tier": {"segment", "valuetier", "客户等级", "等级"}, "legal_form": {"legalform", "法律形式", "企业类型"},
		},
		"holding": {
			keyWord:  {"accountid", "accountno", "accountnumber", "acctno", "acctid", "id", "账号", "账户号", "账户编号", "帐号"},
			"number": {"iban", "printednumber", "卡号", "账户号码"}, "product": {"productcode", "产品代码", "产品"}, "type": {"accounttype", "accttype", "账户类型", "类型"},
			"branch": {"branchno", "branchid", "districtid", "网点号", "开户网点", "机构号", "开户机构"}, "currency": {"ccy", "币种", "货币"},
			"balance_minor": {"balance", "currentbalance", "余额", "账户余额"}, "limit_minor": {"limit", "creditlimit", "额度", "授信额度"},
			"as_of": {"asof", "balancedate", "date", "日期", "余额日期", "数据日期"}, "opened": {"opendate", "dateopened", "openingdate", "开户日期", "开户日"}, "closed": {"closedate", "dateclosed", "销户日期", "销户日"}, "frequency": {"statementfrequency", "对账单频率"},
		},
		"role": {
			keyWord: {"dispid", "roleid", "relationid", "id", "编号", "关系编号"},
			"party": {"customerid", "clientid", "customerno", "custno", "客户号", "客户编号"}, "holding": {"accountid", "accountno", "accountnumber", "账号", "账户号"}, "role": {"type", "relationship", "relation", "角色", "关系"}, "ended": {"enddate", "结束日期"},
		},
		"loan": {
			keyWord:   {"loanid", "loanno", "id", "贷款号", "贷款编号", "借据号"},
			"holding": {"accountid", "accountno", "账号", "还款账号"}, "amount_minor": {"amount", "principal", "贷款金额", "金额"}, "months": {"duration", "term", "termmonths", "期限", "期限月"}, "payment_minor": {"payment", "payments", "instalment", "月供", "还款额"},
			"granted": {"date", "grantdate", "startdate", "发放日期", "放款日期"}, "state": {"status", "状态", "贷款状态"}, "ended": {"enddate", "结清日期"},
		},
		"card": {
			keyWord:   {"cardid", "cardno", "id", "卡编号"},
			"holding": {"accountid", "accountno", "账号"}, "party": {"customerid", "clientid", "holderid", "客户号"}, "type": {"cardtype", "卡种", "卡类型"}, "issued": {"issuedate", "dateissued", "发卡日期"}, "last4": {"lastfour", "末四位", "卡号后四位"}, "ended": {"expiry", "enddate", "注销日期"},
		},
		"standing_order": {
			keyWord:   {"orderid", "orderno", "id", "委托编号"},
			"holding": {"accountid", "accountno", "账号"}, "to_bank": {"bankto", "收款行"}, "to_account": {"accountto", "收款账号"}, "amount_minor": {"amount", "金额"}, "purpose": {"ksymbol", "purposecode", "用途"}, "ended": {"enddate", "终止日期"},
		},
		"figure": {
			"holding": {"accountid", "accountno", "账号"}, "month": {"period", "月份"}, "credit_minor": {"credit", "credits", "贷方"}, "debit_minor": {"debit", "debits", "借方"}, "transactions": {"count", "笔数"}, "balance_minor": {"balance", "余额"}, keyWord: {"figureid", "id", "编号"},
		},
		"external": {
			keyWord: {"id", "编号"}, "branch": {"branchno", "districtid", "网点号"}, "name": {"indicator", "measure", "指标"}, "value": {"figure", "值", "数值"}, "source": {"origin", "来源"},
		},
	}[kind]
}

// meanings are words of codes, in English and Chinese; a word is one of its own.
var meanings = map[string][]string{
	"person": {"p", "i", "individual", "natural", "retail", "个人", "自然人", "对私"}, "organisation": {"o", "c", "organization", "company", "corporate", "legal", "business", "公司", "企业", "单位", "机构", "对公"},
	"f": {"female", "w", "woman", "女", "女性"}, "m": {"male", "man", "男", "男性"}, "x": {"other", "diverse", "其他"},
	"customer": {"active", "正常", "客户", "有效"}, "prospect": {"lead", "潜在客户", "潜客"}, "former": {"inactive", "closed", "销户", "注销", "已销户"},
	"current": {"checking", "cheque", "活期", "活期存款", "往来户"}, "savings": {"saving", "储蓄", "储蓄存款"}, "deposit": {"term", "timedeposit", "定期", "定期存款"}, "credit_line": {"overdraft", "透支", "信用额度"}, "mortgage": {"按揭", "房贷", "住房贷款"}, "loan": {"贷款"},
	"owner": {"holder", "primary", "户主", "本人", "所有人"}, "joint": {"coowner", "共同", "联名"}, "signatory": {"disponent", "authorised", "authorized", "授权人", "代理人"}, "guarantor": {"担保人", "保证人"}, "beneficiary": {"受益人"},
	"running": {"ok", "performing", "正常还款", "履约"}, "finished": {"paid", "settled", "结清", "已结清"}, "in_arrears": {"arrears", "overdue", "逾期"}, "defaulted": {"default", "badloan", "违约", "不良"},
	"monthly": {"month", "每月"}, "weekly": {"week", "每周"}, "after_transaction": {"transaction", "每笔"},
}

// normal is a name without what people write differently.
func normal(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// fieldOf is the field of a kind that a column's name stands for; empty: none.
func fieldOf(kind, column string) string {
	name := normal(column)
	for field, names := range headers(kind) {
		if slices.Contains(names, name) || normal(field) == name && field != keyWord {
			return field
		}
	}
	if name == keyWord || name == "key" {
		return keyWord
	}
	return ""
}

// codeOf is the word that a code stands for; empty: it is not known.
func codeOf(words []string, code string) string {
	name := normal(code)
	for _, word := range words {
		if normal(word) == name || slices.Contains(meanings[word], name) {
			return word
		}
	}
	return ""
}

// known reports whether any kind has a column of this name.
func known(column string) bool {
	return slices.ContainsFunc(Kinds(), func(kind string) bool { return fieldOf(kind, column) != "" })
}

func schema() *crdt.Schema { return crm.Table() }

// Kinds are the kinds of rows that a file may give.
func Kinds() (out []string) {
	s := schema()
	for _, k := range mapping.Kinds() {
		out = append(out, s.Kind(k).Name)
	}
	return out
}

// Fields are the fields of a kind that a column may give.
func Fields(kind string) (out []string) {
	if k := schema().Named(kind); k != nil {
		for _, f := range mapping.Fields(k) {
			out = append(out, f.Name)
		}
	}
	return out
}

// guessKind is the kind that most columns fit; a kind that stands in the name of
// the file is preferred.
func guessKind(path string, columns []string) (best string) {
	most := 0
	file := normal(path)
	for _, kind := range Kinds() {
		score := 0
		for _, c := range columns {
			if field := fieldOf(kind, c); field != "" {
				score += 2
			}
		}
		if slices.ContainsFunc(fileWords[kind], func(w string) bool { return strings.Contains(file, w) }) {
			score += 3
		}
		if score > most {
			most, best = score, kind
		}
	}
	if most < 4 {
		return ""
	}
	return best
}

var fileWords = map[string][]string{
	"branch": {"branch", "district", "网点", "机构"}, "party": {"customer", "client", "party", "客户"}, "holding": {"account", "holding", "账户"}, "role": {"disp", "role", "关系"},
	"loan": {"loan", "贷款"}, "card": {"card", "卡"}, "standing_order": {"order", "委托"}, "figure": {"figure", "月度"}, "external": {"external", "statistic", "外部"},
}

// usualConstants are what the rows of a kind hold where no column says so.
func usualConstants(kind string) []string {
	switch kind {
	case "party":
		return []string{"type = person", "status = customer"}
	case "holding":
		return []string{"type = current", "currency = CNY"}
	case "role":
		return []string{"role = owner"}
	}
	return nil
}

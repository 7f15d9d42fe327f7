package words

// Place is where a branch stands. Country decides currency, documents and
// phone numbers.
type Place struct{ Name, Town, Region, TimeZone, Country string }

// Places are the branches in order of their numbers; a larger bank starts
// again with a number behind the name.
var Places = []Place{
	{"Riverside", "Riverside", "Lakeland", "America/New_York", "US"},
	{"滨江支行", "临江市", "东川省", "Asia/Shanghai", "CN"},
	{"Northgate", "Northgate", "Lakeland", "America/New_York", "US"},
	{"青屏支行", "青屏市", "东川省", "Asia/Shanghai", "CN"},
	{"Harbour Street", "Port Alder", "Coastland", "America/Chicago", "US"},
	{"湖畔支行", "云湖市", "东川省", "Asia/Shanghai", "CN"},
	{"Old Market", "Millbrook", "Coastland", "America/Chicago", "US"},
	{"城南支行", "临江市", "东川省", "Asia/Shanghai", "CN"},
	{"Station Square", "Fairbourne", "Highland", "America/Denver", "US"},
	{"古塔支行", "塔山市", "南屏省", "Asia/Shanghai", "CN"},
	{"Beacon Hill", "Beacon Hill", "Highland", "America/Denver", "US"},
	{"渡口支行", "渡口市", "南屏省", "Asia/Shanghai", "CN"},
}

// Clerk is somebody who works at a branch.
type Clerk struct{ Name, Login string }

// Clerks are handed out branch by branch, five each: two tellers, two bankers,
// a manager. The first five fit a Western branch, the next five a Chinese one.
var Clerks = []Clerk{
	{"Emma Hayes", "emma"}, {"林晓梅", "linxiaomei"}, {"Diego Muñoz", "diego"}, {"Hannah Krüger", "hannah"}, {"Margaret O'Neill", "margaret"},
	{"王芳", "wangfang"}, {"赵磊", "zhaolei"}, {"Lucas Moreau", "lucas"}, {"陈静怡", "chenjingyi"}, {"欧阳建国", "ouyang"},
	{"Nora Whitaker", "nora"}, {"何佳琪", "hejiaqi"}, {"Tomáš Dvořák", "tomas"}, {"Grace Ingram", "grace"}, {"Walter Prescott", "walter"},
	{"周敏", "zhoumin"}, {"孙浩", "sunhao"}, {"Sofía Peña", "sofia"}, {"徐若涵", "xuruohan"}, {"郑志远", "zhengzhiyuan"},
}

// Who works at head office.
var (
	Admin   = Clerk{"Ingrid Söderlund", "admin"}
	Auditor = Clerk{"Leoš Havel", "auditor"}
)

// Product is what the bank sells: code, the kind of holding, and its name.
type Product struct{ Code, Type, EN, ZH string }

// Products by kind of holding; the first three current accounts are for
// persons, the last for firms.
var Products = []Product{
	{"CUR-DAY", "current", "everyday account", "活期账户"},
	{"CUR-PLUS", "current", "plus account", "金卡账户"},
	{"CUR-PAY", "current", "salary account", "工资账户"},
	{"CUR-BIZ", "current", "business account", "对公结算户"},
	{"SAV-EASY", "savings", "savings account", "储蓄账户"},
	{"SAV-YOUNG", "savings", "children's savings account", "少儿储蓄"},
	{"DEP-12", "deposit", "12-month deposit", "一年定期存款"},
	{"DEP-36", "deposit", "three-year deposit", "三年定期存款"},
	{"MTG-FIX", "mortgage", "fixed-rate mortgage", "住房按揭"},
	{"CRL-HOME", "credit_line", "personal credit line", "个人信用额度"},
	{"CRL-BIZ", "credit_line", "business credit line", "企业授信额度"},
}

// Evidence of a consent, in English and Chinese.
var (
	Evidence   = []string{"form signed at the counter", "said so on a recorded call", "letter", "e-mail from the known address", "ticked on the account application"}
	EvidenceZH = []string{"柜面签署的表格", "电话录音中确认", "来信", "预留邮箱来信", "开户申请书勾选"}
)

// Tails end a note now and then.
var (
	Tails = []string{
		"Was in a hurry.", "Asked for a printed copy.", "Very friendly.", "Brought the papers along.", "Will talk it over at home.", "Thanked us for the quick help.",
		"Had waited ten minutes, apologised.", "Came with a neighbour.", "Wants it confirmed by letter.", "No further questions.", "Will come again {d}.", "Mentioned a holiday in {m}.",
		"Spoke to {k} before.", "Not quite happy with the fee.", "Prefers to come after {t}.", "Left a new number with us.",
	}
	TailsZH = []string{
		"客户赶时间。", "要了一份打印件。", "态度很好。", "材料带齐了。", "回家再商量。", "感谢我们办得快。",
		"等了十分钟，已致歉。", "和邻居一起来的。", "要求书面确认。", "没有其他问题。", "{d}再来。", "说{m}要外出旅行。",
		"之前找过{k}。", "对手续费不太满意。", "以后{t}以后来。", "留了新的联系电话。",
	}
)

// Matter is a case: type, what it is about, how it ended.
type Matter struct{ Type, Text, Outcome string }

// Matters are cases in English, MattersZH in Chinese; complaints first.
var (
	Matters = []Matter{
		{"complaint", "Was charged the monthly fee twice and has written to us once already without an answer.", "Fee paid back, letter of apology sent."},
		{"complaint", "The cash machine kept the card on a Saturday; nobody answered the phone.", "New card sent, sign at the machine now names the hotline."},
		{"complaint", "Waited forty minutes for an appointment that we had confirmed.", "Manager rang to apologise; appointments are now shown at the desk."},
		{"complaint", "Says the rate on the deposit is not the one that was quoted.", "Quote found, rate corrected from the first day."},
		{"enquiry", "Needs a confirmation of interest paid for the tax office.", "Confirmation handed over."},
		{"enquiry", "Wants to know why a transfer from abroad arrived {a} short.", "Fees of the bank in between explained with the payment slip."},
		{"service", "Cheque books ordered in {m} have not arrived.", "Sent again by courier."},
		{"service", "Wants the standing order moved to the first of the month.", "Changed by the core team, confirmed."},
		{"transfer_error", "A payment of {a} was debited twice on {d}.", "Second debit reversed with value date."},
		{"transfer_error", "Paid {a} to the wrong account number.", "Payee's bank returned the money."},
		{"fraud", "Two card payments of {a} that the customer did not make.", "Card blocked, amount credited, new card issued."},
		{"correction", "House number in the core system is wrong.", "Corrected in the core on the next feed."},
		{"correction", "Date of birth differs from the passport shown at the counter.", "Corrected after a copy was sent in."},
	}
	MattersZH = []Matter{
		{"complaint", "账户管理费被扣了两次，客户曾来信反映，一直没有答复。", "已退费，并书面致歉。"},
		{"complaint", "周六自助机吞卡，电话一直无人接听。", "已补发新卡，自助机旁已贴出服务电话。"},
		{"complaint", "预约好的时间，客户仍等了四十分钟。", "主管已电话致歉，预约情况改为在柜台公示。"},
		{"complaint", "客户认为定期利率与当初报价不一致。", "查到报价单，已按报价从起息日更正。"},
		{"enquiry", "需要去年的利息证明用于报税。", "证明已交客户。"},
		{"enquiry", "境外汇款少到账{a}，询问原因。", "已出示回单，说明中间行费用。"},
		{"service", "{m}申请的回单箱一直没有开通。", "已开通并电话告知。"},
		{"service", "希望把自动转账改到每月一号。", "核心系统已修改，已确认。"},
		{"transfer_error", "{d}一笔{a}的付款扣了两次。", "重复扣款已冲正。"},
		{"transfer_error", "把{a}汇到了错误的账号。", "对方银行已退回。"},
		{"fraud", "卡上有两笔{a}的消费不是本人操作。", "已止付，款项已入账，新卡已发。"},
		{"correction", "核心系统里的门牌号有误。", "已在下一批次更正。"},
		{"correction", "出生日期与身份证不一致。", "提交复印件后已更正。"},
	}
)

// Twin is one person entered twice: how each branch spelled the name.
type Twin struct{ Family, Name, Again string }

// Twins: a woman's and a man's name, Western and Chinese.
var (
	TwinsEN = [2]Twin{{"Nováková", "Kateřina Nováková", "Katerina Novakova"}, {"Schäfer", "Jürgen Schäfer", "Juergen Schaefer"}}
	TwinsZH = [2]Twin{{"李", "李晓敏", "李小敏"}, {"欧阳", "欧阳志远", "欧阳智远"}}
)

// Moved is what a clerk notes when a household has moved.
const (
	MovedEN = "Moved house; new address for the whole family taken from the tenancy contract."
	MovedZH = "搬家，按租房合同更新了全家地址。"
)

// Warnings about firms by level: note, warn, stop.
var (
	FirmWarnings = [3][]string{
		{"The bookkeeper is the one to talk to; the owner is on the road.", "Orders by fax are not accepted any more; they know."},
		{"A signatory has left the firm: see the new extract before you take orders.", "Annual accounts are three months late; ask for them."},
		{"Insolvency petition filed. No payments out without the branch manager.", "Two directors give contradicting orders. Accept nothing with one signature."},
	}
	FirmWarningsZH = [3][]string{
		{"日常事务找会计，负责人常在外地。", "不再接受传真指令，客户已知晓。"},
		{"一名印鉴人已离职，受理前请核对新的登记资料。", "年度财务报表已晚交三个月，请催收。"},
		{"已被申请破产，未经网点主管不得付款。", "两名董事指令相互矛盾，单人签字一律不受理。"},
	}
)

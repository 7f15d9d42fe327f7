package terms

// surnameLength is how many characters of a Han name are its surname.
func surnameLength(name []rune) int {
	if len(name) > 2 && compoundSurname(name[0], name[1]) {
		return 2
	}
	return 1
}

// compoundSurname reports whether two characters are one of the surnames of
// two characters that are still in use.
func compoundSurname(first, second rune) bool {
	switch string([]rune{first, second}) {
	case "欧阳", "歐陽", "上官", "皇甫", "令狐", "司徒", "诸葛", "諸葛", "司马", "司馬",
		"宇文", "呼延", "乐正", "樂正", "鲜于", "鮮于", "公玉", "南荣", "赫连", "赫連",
		"东方", "東方", "仲长", "仲長", "慕容", "宗政", "濮阳", "濮陽", "夏侯", "段干",
		"闻人", "聞人", "公孙", "公孫", "谷梁", "申屠", "亓官", "端木", "公祖", "南宫",
		"南宮", "巫马", "巫馬", "公伯", "公西", "南门", "南門", "公仲", "长孙", "長孫",
		"尉迟", "尉遲", "轩辕", "軒轅", "钟离", "鍾離", "梁丘", "第五", "公良", "司空",
		"仲孙", "仲孫", "东里", "東里", "褚师", "褚師", "公山", "左丘", "西门", "西門",
		"公羊", "公上", "公坚", "公堅", "子书", "子書", "公冶", "漆雕", "东郭", "東郭", "子桑", "万俟", "萬俟",
		"澹台", "澹臺", "司寇", "达奚", "達奚", "公仪", "公儀", "颛孙", "顓孫", "子车",
		"子車", "独孤", "獨孤", "拓跋", "纳兰", "納蘭", "百里", "淳于", "单于", "單于",
		"太史", "完颜", "完顏", "耶律", "叶赫", "葉赫", "太叔", "羊舌", "微生", "即墨":
		return true
	}
	return false
}

// surnameReading is the reading of a character as a surname where it is not
// the first one of the dictionary, "" for all others. second is the next
// character of the name, 0 when there is none.
func surnameReading(first, second rune) string {
	switch first {
	case '曾':
		return "zeng"
	case '单', '單':
		if second == '于' {
			return "chan"
		}
		return "shan"
	case '仇':
		return "qiu"
	case '解':
		return "xie"
	case '乐', '樂':
		return "yue"
	case '查':
		return "zha"
	case '区', '區':
		return "ou"
	case '朴':
		return "piao"
	case '盖', '蓋':
		return "ge"
	case '覃':
		return "qin"
	case '翟':
		return "zhai"
	case '缪', '繆':
		return "miao"
	case '员', '員':
		return "yun"
	case '种':
		return "chong"
	case '折':
		return "she"
	case '繁':
		return "po"
	case '秘':
		return "bi"
	case '阚', '闞':
		return "kan"
	case '隗':
		return "wei"
	case '郇':
		return "xun"
	case '郄':
		return "xi"
	case '颉', '頡':
		return "xie"
	case '澹':
		return "tan"
	}
	return pairReading(first, second)
}

// pairReading is the reading of characters that sound otherwise only at the
// head of one surname of two characters.
func pairReading(first, second rune) string {
	switch {
	case first == '万' && second == '俟', first == '萬' && second == '俟':
		return "mo"
	case first == '尉' && (second == '迟' || second == '遲'):
		return "yu"
	}
	return ""
}

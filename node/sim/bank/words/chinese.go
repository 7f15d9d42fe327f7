package words

import "strings"

// Surnames are Chinese family names, each followed by its reading; the
// commoner ones first.
var Surnames = strings.Fields("王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 韩han 邓deng 冯feng 曹cao 彭peng 曾zeng 肖xiao 田tian 董dong 潘pan 袁yuan 蔡cai 蒋jiang 余yu 于yu 杜du 叶ye 程cheng 魏wei 苏su 吕lü 丁ding 任ren 卢lu 姚yao 沈shen 钟zhong 姜jiang 崔cui 谭tan 陆lu 范fan 汪wang 廖liao 石shi 金jin 韦wei 贾jia 夏xia 付fu 方fang 邹zou 熊xiong 白bai 孟meng 秦qin 邱qiu 侯hou 江jiang 尹yin 薛xue 阎yan 段duan 雷lei 龙long 史shi 陶tao 贺he 顾gu 毛mao 郝hao 龚gong 邵shao 万wan 覃qin 武wu 钱qian 戴dai 严yan 莫mo 孔kong 向xiang")

// DoubleSurnames are Chinese family names of two characters.
var DoubleSurnames = strings.Fields("欧阳ouyang 上官shangguan 司马sima 诸葛zhuge 司徒situ 夏侯xiahou 皇甫huangfu 尉迟yuchi 公孙gongsun 慕容murong 令狐linghu 端木duanmu")

// GivenFemale and GivenMale are characters of given names with a reading.
var (
	GivenFemale = strings.Fields("芳fang 娜na 敏min 静jing 丽li 艳yan 娟juan 霞xia 玲ling 桂gui 兰lan 红hong 玉yu 梅mei 雪xue 琳lin 婷ting 莹ying 洁jie 倩qian 蕾lei 薇wei 菲fei 萍ping 慧hui 巧qiao 淑shu 惠hui 珍zhen 雅ya 怡yi 欣xin 悦yue 妍yan 琪qi 瑶yao 彤tong 颖ying 蓉rong 晴qing 雯wen 璐lu 茜qian 婉wan 清qing 秀xiu 月yue 云yun 思si 语yu 梦meng 诗shi 涵han 若ruo 安an 佳jia 子zi 晓xiao 文wen 春chun")
	GivenMale   = strings.Fields("伟wei 强qiang 磊lei 军jun 勇yong 杰jie 涛tao 明ming 超chao 刚gang 平ping 辉hui 鹏peng 华hua 飞fei 鑫xin 波bo 斌bin 宇yu 浩hao 凯kai 健jian 俊jun 帆fan 帅shuai 旭xu 宁ning 龙long 林lin 毅yi 海hai 山shan 峰feng 国guo 庆qing 建jian 志zhi 远yuan 成cheng 康kang 博bo 瑞rui 晨chen 阳yang 轩xuan 哲zhe 睿rui 昊hao 嘉jia 泽ze 思si 文wen 子zi 子zi 家jia 永yong 立li 承cheng 启qi 东dong")
)

// OccupationsZH of Chinese persons of working age.
var OccupationsZH = []string{
	"小学教师", "护士", "软件工程师", "会计", "出租车司机", "个体工商户", "厨师", "建筑工程师", "快递员", "药剂师", "公务员", "销售经理",
	"电工", "茶农", "幼儿园老师", "律师", "设计师", "纺织工人", "外贸业务员", "养殖户", "医生", "物业管理员", "摄影师", "翻译",
}

// EmployersZH of Chinese persons; all invented.
var EmployersZH = []string{
	"临江市第三人民医院", "青屏区实验小学", "临江公交集团", "云渡软件", "望潮物流", "临江市水务局", "锦溪纺织厂", "松鹤药房", "临江理工学院", "鹿鸣食品",
}

// StreetsZH of Chinese branches.
var StreetsZH = []string{
	"望潮路", "青石街", "桂雨巷", "听松路", "渡口街", "新桥路", "云栖弄", "百花里", "学士路", "龙门街", "荷塘路", "锦溪路", "东篱路", "白鹭街", "春晓路", "古塔巷",
}

// Estates are housing estates that an address may name.
var Estates = []string{"望江花园", "青枫苑", "临水人家", "云栖公寓", "锦绣新村", "松涛小区", "荷风里", "星河湾苑", "桂语轩", "金禾家园"}

// Tags, memos and warnings in Chinese.
var (
	TagsZH  = []string{"老客户", "代发工资", "喜欢上午来", "听力不好", "只要纸质单", "先预约", "常出国", "茶商", "理财爱好者", "只用存折"}
	MemosZH = []string{
		"开业就在我们网点办业务，爱聊天，请留点时间。",
		"上夜班，中午以前不要打电话。",
		"所有材料都要纸质的，不收邮件。",
		"准备两年内把店面转让出去。",
		"照顾老父亲，以后可能要办委托书。",
		"每年春节前比较几家银行的利率。",
		"正在装修新房，资金安排比较紧。",
		"去年介绍了三位邻居来开户，记得道谢。",
		"电话里话少，当面说得很清楚。",
		"家里的钱都由这位做主。",
	}
	NotesZH = []string{"坐轮椅，请到低柜办理。", "家中刚有老人去世，谈联名账户时请体谅。", "上次信件被退回，地址待核实。", "希望由女同事接待。", "病后签名有变化，新印鉴已留存。"}
	WarnsZH = []string{"身份证即将到期，请提醒换证。", "曾两次接到冒充银行的电话，回电请核对约定口令。", "委托已撤销，女儿不能再代办业务。", "对账单有争议，谈数字前先看未结工单。"}
	StopsZH = []string{"账户有法院冻结令，未经网点主管不得付款。", "兄妹对委托书有争议，只接受本人亲自办理。", "客户证件全部遗失并要求锁定，须两证加主管核实。"}
)

// Brands are the two characters a Chinese firm is known by.
var Brands = strings.Fields("恒渡 云岫 望川 锦禾 松屿 澜石 青枫 鹤鸣 远岚 瑞溪 晴川 谷雨 长汀 墨林 星野 荷泽 白榆 南浦 丰泊 海桐 明渠 朴园 安澜 嘉树")

// IndustriesZH of Chinese firms.
var IndustriesZH = []Industry{
	{"商贸", "商贸"}, {"餐饮", "餐饮管理"}, {"物流运输", "物流"}, {"软件", "信息技术"}, {"建筑", "建筑工程"}, {"纺织", "纺织"}, {"茶业", "茶业"},
	{"食品加工", "食品"}, {"印刷", "印务"}, {"五金加工", "五金制品"}, {"口腔诊所", "口腔门诊"}, {"园林绿化", "园林"}, {"酒店", "酒店管理"}, {"水产养殖", "水产"},
}

// LegalFormsZH of Chinese firms: full name, and what is added to the name.
var LegalFormsZH = []Industry{{"有限责任公司", "有限公司"}, {"有限责任公司", "有限责任公司"}, {"股份有限公司", "股份有限公司"}, {"合伙企业", "合伙企业"}}

// PayeeBanksZH receive standing orders; all invented.
var PayeeBanksZH = []string{"临江农商行", "渡口银行", "青屏城市银行", "海桐银行", "望潮信用社"}

package words

// Keying is something that the core must be told: its type, its state, the
// core's number for it, and its words in English and Chinese.
type Keying struct{ Type, State, Receipt, EN, ZH string }

// Keyings are what the people of a branch have to key in.
var Keyings = []Keying{
	{"card_block", "open", "", "Card lost on the bus, blocked by phone", "银行卡遗失在公交车上，已电话挂失"},
	{"correction", "open", "", "Surname after the wedding, saw the certificate", "身份证住址已变更，已核对原件"},
	{"stop_payment", "keyed", "SP-20417", "Stop the standing order for the old flat", "停止旧房租的自动转账"},
}

// Opinion is what somebody says of a page of bough.
type Opinion struct{ Type, Page, EN, ZH string }

// Opinions are what people of a branch say.
var Opinions = []Opinion{
	{"missing", "/day", "I would like to see who is on leave.", "希望能看到谁在休假。"},
	{"slow", "/customers/:id/timeline", "The long timelines take a moment.", "往来记录很长时打开稍慢。"},
}

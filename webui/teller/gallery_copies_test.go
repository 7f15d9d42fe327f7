package teller

import (
	"bough/node/desk"
	"bough/webui/pagetest"
)

// copiesPictures are twins, a backup that was put back, and a customer whose number
// somebody else had, too.
func copiesPictures() []pagetest.Page {
	twins := desk.Copy{Workstation: "counter-2", Renewal: desk.Renewal{Was: 719242342, Now: 1203344551, Reason: "forked", AtMS: pagetest.NowMS - 3*dayMS, Last: 212,
		WasSeenMS: pagetest.NowMS - 2*minuteMS, NowSeenMS: pagetest.NowMS - minuteMS, After: 198, Again: 9},
		Twice: []desk.Twice{{Number: 3089122337792197, Name: "Anna Nováková", Other: 5168325594775752, OtherIs: "王小明"}}}
	restored := desk.Copy{Workstation: "desk-1", Renewal: desk.Renewal{Was: 88121, Now: 99132, Reason: "restored", AtMS: pagetest.NowMS - 40*dayMS, Here: true}}
	c := anna()
	c.HadToo, c.HadTooName = 5168325594775752, "王小明"
	return []pagetest.Page{
		{Name: "copies", Page: "copies", View: copiesView{[]desk.Copy{twins, restored}}},
		{Name: "copies-none", Page: "copies", View: copiesView{}},
		{Name: "customer-twice", Page: "customer", View: allowed(c)},
	}
}

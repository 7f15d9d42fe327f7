package hq

import (
	"bough/webui"
	"bough/webui/pagetest"
)

// absencePictures are what head office does for workstations without a line.
func absencePictures() []pagetest.Page {
	const dayMS = 24 * 60 * minuteMS
	leases := []LeaseLine{
		{Origin: 911, Branch: 74, BranchName: "Ostrava", Name: "desk-4", SeenMS: pagetest.NowMS - 15*dayMS, UntilMS: pagetest.NowMS - dayMS},
		{Origin: 719242342, Branch: 75, BranchName: "上海外滩", Name: "柜台 2", SeenMS: pagetest.NowMS - 9*dayMS, UntilMS: pagetest.NowMS + 5*dayMS, LeftMS: 5 * dayMS, CodeMS: pagetest.NowMS - 30*dayMS},
	}
	sticks := []StickLine{
		{Origin: 911, Branch: 74, BranchName: "Ostrava", Name: "desk-4", AtMS: pagetest.NowMS - minuteMS, By: "Head Office", Taken: 238, Known: 12, Refused: 1, Answer: "2-74-911", SizeBytes: 1_240_000},
		{Origin: 912, Branch: 74, BranchName: "Ostrava", Name: "desk-5", AtMS: pagetest.NowMS - 2*dayMS, By: "Head Office", Taken: 20, Missed: 3, Cut: true, Answer: "1-74-912", SizeBytes: 40_000},
	}
	revoked := append([]StickLine{{Origin: 913, Branch: 75, BranchName: "上海外滩", Name: "柜台 3", AtMS: pagetest.NowMS, By: "Head Office", Known: 40, Refused: 6, Revoked: true, Answer: "3-75-913"}}, sticks...)
	return []pagetest.Page{
		{Name: "hq-leases", Page: "leases", View: &leasesView{Leases: leases, May: true, Code: "3K7M-Q2XW-0FHT", Of: leases[0]}},
		{Name: "hq-leases-none", Page: "leases", View: &leasesView{May: true, Origin: "12", Form: webui.Form{Fault: &webui.Fault{Field: "origin", Text: "error.no_station"}}}},
		{Name: "hq-sticks", Page: "sticks", View: &sticksView{Sticks: sticks, May: true, New: &sticks[0]}},
		{Name: "hq-sticks-revoked", Page: "sticks", View: &sticksView{Sticks: revoked, May: true, New: &revoked[0]}},
		{Name: "hq-sticks-none", Page: "sticks", View: &sticksView{May: true, Form: webui.Form{Fault: (&webui.Fault{Field: "bundle", Text: "error.bundle_foreign"})}}},
	}
}

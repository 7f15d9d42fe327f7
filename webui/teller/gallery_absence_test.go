package teller

import (
	"bough/node/desk"
	"bough/webui/pagetest"
)

// absencePictures are the pages of a workstation without a line.
func absencePictures() []pagetest.Page {
	here := desk.Lease{Origin: 719242342, Branch: 1, Name: "counter-2", UntilMS: pagetest.NowMS + 5*dayMS, LeftMS: 5 * dayMS, Amber: true, Codes: true}
	over := here
	over.UntilMS, over.LeftMS = pagetest.NowMS-dayMS, 0
	deaf := over
	deaf.Codes = false
	sticks := []desk.Stick{{Place: "/media/jana/KINGSTON", FreeBytes: 7_300_000_000, Files: []desk.StickFile{
		{Name: "bough-1-719242342.answer", Kind: desk.StickAnswer, Ours: true, AtMS: pagetest.NowMS - 40*60*1000, SizeBytes: 1_240_000},
		{Name: "bough-1-719242342.bundle", Kind: desk.StickWork, Ours: true, AtMS: pagetest.NowMS - 3*60*60*1000, SizeBytes: 310_400},
		{Name: "bough-1-88121.bundle.part", Kind: desk.StickPart, AtMS: pagetest.NowMS - 4*60*60*1000, SizeBytes: 65_536}}},
		{Place: "/media/jana/INTENSO", FreeBytes: 200_000}}
	view := func(c *desk.Carrying) *stickView { return &stickView{Sticks: sticks, Carrying: c, Lease: here} }
	return []pagetest.Page{
		{Name: "lease", Page: "lease", View: &leaseView{Lease: here}, Down: true},
		{Name: "lease-over", Page: "lease", View: &leaseView{Lease: over}, Out: true},
		{Name: "lease-deaf", Page: "lease", View: &leaseView{Lease: deaf}, Out: true},
		{Name: "stick", Page: "stick", View: view(nil), Down: true},
		{Name: "stick-packing", Page: "stick", View: view(&desk.Carrying{Kind: desk.StickWork, Done: 120, All: 240}), Down: true},
		{Name: "stick-copying", Page: "stick", View: view(&desk.Carrying{Kind: desk.StickWork, Copying: true, Done: 240_000, All: 310_400}), Down: true},
		{Name: "stick-pulled", Page: "stick", View: view(&desk.Carrying{Kind: desk.StickWork, Resumes: true, EndedMS: 1, Fault: &desk.Error{Code: "stick_gone"}}), Down: true},
		{Name: "stick-read", Page: "stick", View: view(&desk.Carrying{Kind: desk.StickAnswer, EndedMS: 1, AtMS: pagetest.NowMS - 2*60*60*1000, Taken: 240, Refused: 1, Rows: 1830}), Down: true},
		{Name: "stick-empty", Page: "stick", View: &stickView{Lease: over}, Out: true},
	}
}

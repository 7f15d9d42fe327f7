package sim

// The faults of processes.
const (
	Crash   Fault = "crash"
	Restart Fault = "restart"
)

// crashes stop workstations and central between two transactions.
func crashes() feature {
	return feature{
		faults: []fault{
			{Crash, "workstations stop between two transactions and come back"},
			{Restart, "central does"},
		},
		nemeses: []nemesis{{Crash, 5, (*World).crashOne}, {Restart, 2, (*World).restart}},
		checks:  []check{{1, "what was saved is in the file, chain and file are sound", (*World).checkFiles}},
		heal: func(w *World) {
			for _, s := range w.stations {
				s.boot()
			}
			w.hub.boot()
		},
		situations: []string{"crash with unsent work", "crash between the push and its rows", "crash inside a page", "new feed epoch", "feed rewound"},
	}
}

func (w *World) crashOne() {
	if up := w.working(); len(up) > 0 {
		up[w.faults.IntN(len(up))].crashAndReturn()
	}
}

// crashAndReturn crashes, and plans the return.
func (s *station) crashAndReturn() {
	s.crash()
	if s.w.healed { // its power went in the very last step
		s.boot()
		return
	}
	s.w.after(s.w.faults.between(1_000, 300_000), s.boot)
}

func (w *World) restart() {
	if !w.hub.up {
		return
	}
	w.hub.crash()
	renumber := w.faults.chance(300)
	w.after(w.faults.between(500, 60_000), func() {
		w.hub.boot()
		if renumber {
			w.hub.newEpoch()
		}
	})
}

package sim

// Away is the fault of long absence.
const Away Fault = "away"

// simLeaseMS is for how long central waits for a workstation that does not call:
// so short that a run holds many absences.
const simLeaseMS = 10 * 60 * 1000

// absences trim the feeds of central, and put workstations into a drawer for
// longer than central waits for them.
func absences() feature {
	return feature{
		faults:     []fault{{Away, "central trims its feeds, and workstations are off for longer than it waits"}},
		nemeses:    []nemesis{{Away, 4, (*World).trim}, {Away, 2, (*World).drawer}},
		checks:     []check{{7, "a reading from 0 is over at quiet, and nothing of it is left", (*World).checkReadings}},
		situations: []string{"feed trimmed", "back from a drawer", "feed read from 0 after an absence"},
	}
}

// trim takes out of the feeds what all have read that are waited for.
func (w *World) trim() {
	if !w.hub.up {
		return
	}
	t, err := w.hub.office.Central.Trim(w.ctx, simLeaseMS)
	if w.must("trim the feeds", err) && t.Entries > 0 {
		w.say("central", "%d entries trimmed, %d workstations away", t.Entries, t.Away)
		w.saw("feed trimmed")
	}
}

// drawer switches a workstation off for hours.
func (w *World) drawer() {
	up := w.working()
	if len(up) < 2 || w.healed {
		return
	}
	s := up[w.faults.IntN(len(up))]
	s.crash()
	w.after(w.faults.between(2*simLeaseMS, 20*simLeaseMS), func() {
		w.trim() // central did so every night
		if !s.up {
			w.saw("back from a drawer")
		}
		s.boot()
	})
}

// checkReadings looks that no reading from 0 is unfinished.
func (w *World) checkReadings(*quiet) {
	for _, s := range w.stations {
		for _, scope := range s.store.Scopes() {
			r, err := s.store.Reading(w.ctx, scope)
			if err != nil || r.On {
				w.found("%s still reads scope %d from 0: %+v %v", s.name, scope, r, err)
			}
		}
	}
}

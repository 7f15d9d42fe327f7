// Package sim is a make-believe bank: real stores, desks and replicas of every
// workstation and a real central, in one goroutine, over a network, clocks and
// disks that misbehave on purpose. A run is a number of random steps, then
// quiet, then checks; one seed decides everything, so that a failure replays.
//
// It is not a mock: what it joins is what node joins. Only the outside world is
// made up. Messages travel as encoded frames; files are real SQLite files,
// copied from templates. A workstation's lies in a vault, whose seam (platter) is
// the disk: it drops what was not synced when the power goes, is full, fails and
// lies; syncs are noted, not done. A crash leaves the file as it is between two
// transactions, a power cut as it is in the middle of a write. Central's file is plain
// and opened without fsync. Each file has one connection, which also reads
// (rows.Options.Alone): the pool of readers is proved elsewhere. Package bank, below, makes up customers; a
// simulation needs few of them and much contention, and plants its own.
//
// # How it works
//
// World has a queue of events ordered by make-believe time. A step makes a clerk
// act, a line break, a workstation crash. Answers, timeouts and the timers of
// replicas are events as well. Days end: most machines are switched off, and the
// night passes at once. What every author had on screen is noted on the side
// (truth): the checks compare the files with that, not with what the program
// believes.
//
// # How to add a nemesis, an act, a checker, a situation
//
// Write one file with one function that returns a feature (see feature.go), and
// add one line to the table in table.go. Nothing else lists them: the words of
// -faults, the gate and the proofs are read from the table.
//
//	// Flood is the fault of cellars.
//	const Flood Fault = "flood"
//
//	func floods() feature {
//		return feature{
//			faults:     []fault{{Flood, "a cellar is under water"}},
//			nemeses:    []nemesis{{Flood, 2, (*World).flood}},
//			checks:     []check{{1, "what lay in the cellar is elsewhere, too", (*World).checkCellars}},
//			heal:       func(w *World) { … },          // pump it out: after heal the world must come to rest
//			situations: []string{"a cellar is flooded"}, // the gate wants it 100 times in 2,000 seeds
//		}
//	}
//
//	func (w *World) flood() {
//		s := pick(w.faults, w.stations) // draw from w.faults, never from elsewhere
//		w.say(s.name, "is under water") // a line of the trace
//		w.saw("a cellar is flooded")    // count the situation where it really occurs
//		mine[cellars](w).wet++          // state that the feature keeps of a world
//	}
//
// A nemesis belongs to a fault, so that -faults can choose. A deed is an act of
// somebody at a counter, written so that truth learns what was on screen (see
// clerk.go); an order is one of head office; a route is a message between a
// workstation and central; a refusal is a code that central may give, with the
// reason that truth must know too; opened is called whenever a workstation's
// program starts; restless tells what must still move before the checks. A
// check gets what the files hold at quiet and calls World.found; what must hold
// at any time is checked where it happens, with World.fail. Where all faults are
// on, each seed favours some nemeses and leaves others out, so that each is
// often met in some seeds.
//
// # What is checked
//
//   - Digests of every scope are equal at its nodes and at central, and equal to
//     what the rows on the disk add up to.
//   - What a desk acknowledged is at central exactly once, or refused with a row
//     that says so, and then nowhere.
//   - Every value that lost is an open conflict, unless an author saw it.
//   - Nobody who withdrew consent is shown as allowed.
//   - Who was ordered erased is nowhere, byte by byte, and what they were part of
//     still verifies.
//   - Chains, vectors, counts and SQLite's own check are sound.
//
// # Invariants
//
//   - No map is iterated where the order could show, no wall clock is read, no
//     goroutine is started: two runs of a seed give the same trace.
//   - Time of the world never steps back; clocks of nodes do.
//
// # Locks
//
// A World belongs to one goroutine. A Yard, which keeps the templates, may be
// shared: its lock guards the table of templates.
//
// # Tests
//
// Some seeds in go test, two thousand by make sim; a seed twice, to the line.
// That the checks can fail is proved by make planted (packaging/planted), which
// plants small faults in the program and demands that they are found.
package sim

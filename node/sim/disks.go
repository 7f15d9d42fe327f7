package sim

// The faults of disks.
const (
	PowerCut  Fault = "power"
	FullDisk  Fault = "full"
	BadSector Fault = "eio"
	BitFlip   Fault = "flip"
)

// What a disk does.
const (
	pageBytes   = 4096 // of the file: what is read and written at once
	sectorBytes = 512  // what a power cut leaves whole
	powerWithin = 60   // writes and syncs after which the power goes
	failsWithin = 12   // of the act that meets a full disk or a bad sector
	flipsWithin = 6    // pages read by the act that meets a flipped bit
)

// disks are powered off in the middle of a write, are full, fail and lie.
func disks() feature {
	return feature{
		faults: []fault{
			{PowerCut, "the power of a workstation goes in the middle of a write; what was not synced is there, gone or torn"},
			{FullDisk, "a disk is full for a while"},
			{BadSector, "a write or a sync fails"},
			{BitFlip, "a disk reads a bit wrong"},
		},
		nemeses: []nemesis{
			{PowerCut, 4, (*World).unplug},
			{FullDisk, 1, func(w *World) { w.failAnAct(FullDisk, failsWithin) }},
			{BadSector, 1, func(w *World) { w.failAnAct(BadSector, failsWithin) }},
			{BitFlip, 1, func(w *World) { w.failAnAct(BitFlip, flipsWithin) }},
		},
		heal: func(w *World) {
			for _, s := range w.stations {
				if s.up {
					s.disk.calm()
				}
			}
		},
		situations: []string{"power cut inside a write", "power cut with writes not synced", "an act on a full disk", "an act on a failing disk", "a flipped bit is noticed"},
	}
}

// unplug makes the power of a workstation go at one of its next writes.
func (w *World) unplug() {
	if up := w.working(); len(up) > 0 {
		s := pick(w.faults, up)
		s.disk.arm(PowerCut, w.faults.IntN(powerWithin))
	}
}

// failAnAct makes a clerk act on a disk that fails, and the disk sound again.
func (w *World) failAnAct(how Fault, within int) {
	up := w.working()
	if len(up) == 0 {
		return
	}
	s := pick(w.faults, up)
	if s.disk.how != "" {
		return // its power is about to go
	}
	noticed := s.disk.told
	if how == BitFlip && !w.must("forget pages", s.store.File.Cool(w.ctx)) {
		return // what is not read from the disk does not lie
	}
	s.disk.arm(how, w.faults.IntN(within))
	w.clerk(s)
	if s.disk == nil {
		return
	}
	s.disk.calm()
	s.harvest("saved, and then the disk failed", s.unsure) // a clerk who was not told of it
	switch {
	case !w.blackout:
	case how == FullDisk:
		w.saw("an act on a full disk")
	case how == BadSector:
		w.saw("an act on a failing disk")
	case s.disk.told == noticed:
		w.fail("%s: a bit of a page flipped, and nobody noticed", s.name)
	default:
		w.saw("a flipped bit is noticed")
	}
}

// powerOff ends the workstations whose power went in this event.
func (w *World) powerOff() {
	for _, s := range w.stations {
		if s.up && s.disk.gone {
			w.saw("power cut inside a write")
			if len(s.disk.undo) > 0 {
				w.saw("power cut with writes not synced")
			}
			s.crashAndReturn()
		}
	}
	w.blackout = false
}

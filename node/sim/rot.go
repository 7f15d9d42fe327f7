package sim

import (
	"maps"
	"slices"

	"bough/node/crm"
	"bough/sync/replica"
	"bough/sync/rows"
)

// Rot is the fault of files that somebody else writes to.
const Rot Fault = "rot"

// recountMS is how often a workstation adds its rows up.
const recountMS = 2 * hourMS

// rots changes rows behind the store's back: the digests notice, and the scope
// is read anew.
func rots() feature {
	return feature{
		faults:   []fault{{Rot, "rows of a workstation's file are changed behind its back"}},
		nemeses:  []nemesis{{Rot, 2, (*World).rot}},
		stories:  []story{{Rot, 6, (*World).rottenCopy}},
		opened:   (*station).recountLater,
		heal:     (*World).recountAll,
		restless: (*World).differing,
		checks: []check{{3, "the rows on every disk make the digests that are kept", func(w *World, _ *quiet) {
			for _, s := range w.stations {
				wrong, err := s.store.Recount(w.ctx)
				if w.must("add rows up", err) && len(wrong) > 0 {
					w.found("the rows of %s do not make the digests of scopes %v", s.name, wrong)
				}
			}
		}}},
		situations: []string{"a row is changed on the disk", "a row vanishes from the disk", "a digest differs and the scope is read anew"},
	}
}

// rot changes what no clerk writes, so that truth knows it, or takes a row away.
func (w *World) rot() {
	up := w.working()
	if len(up) == 0 {
		return
	}
	pick(w.faults, up).rot()
}

// rottenCopy is a workstation that loses its disk, and a neighbour whose rows have
// rotted: a copy of them is none of central's.
func (w *World) rottenCopy() {
	s := w.doomed()
	if s == nil {
		return
	}
	if p := w.thirdOf(s); p != nil {
		p.rot()
		w.burn(s, 5_000)
		w.rest(s.seat.branch, 200_000)
		w.then(120_000, p.addUp)
	}
}

func (s *station) rot() {
	w := s.w
	err := s.store.File.Write(w.ctx, func(tx *rows.Tx) error {
		parties, err := tx.IDs(`SELECT id FROM party WHERE key IS NOT NULL ORDER BY id`)
		if err != nil || len(parties) == 0 {
			return err
		}
		id := pick(w.faults, parties)
		if w.faults.chance(500) {
			w.saw("a row is changed on the disk")
			w.say(s.name, "party %d rots", id)
			return tx.Exec(`UPDATE party SET tier='rotten' WHERE id=?1`, int64(id))
		}
		holdings, err := tx.IDs(`SELECT holding FROM role WHERE party=?1 ORDER BY holding`, int64(id))
		if err != nil || len(holdings) == 0 {
			return err
		}
		w.saw("a row vanishes from the disk")
		w.say(s.name, "%s %d vanishes", w.schema.Kind(crm.Holding).Name, holdings[0])
		return tx.Exec(`DELETE FROM holding WHERE id=?1`, int64(holdings[0]))
	})
	w.must("spoil a file", err)
}

// rotted reports whether anything was changed behind a store's back.
func (w *World) rotted() bool {
	return w.cover["a row is changed on the disk"]+w.cover["a row vanishes from the disk"] > 0
}

// recountLater adds the rows up now and then, as node does.
func (s *station) recountLater() {
	life := s.life
	s.store.OnDiffer(func(scope int64) {
		s.w.say(s.name, "scope %d differs from central", scope)
		s.w.saw("a digest differs and the scope is read anew")
	})
	s.w.after(s.w.faults.between(60_000, recountMS), func() {
		if s.life == life {
			s.addUp()
		}
	})
}

func (s *station) addUp() {
	if s.up {
		_, err := s.store.Recount(s.w.ctx)
		s.w.must("add rows up", err)
	}
}

// recountAll is the day after all trouble: every file has added its rows up, and
// asks.
func (w *World) recountAll() {
	for _, s := range w.stations {
		s.addUp()
	}
}

// differing says which scope is not central's yet.
func (w *World) differing() string {
	for _, s := range w.stations {
		if !s.up {
			continue
		}
		list, err := s.store.Differences(w.ctx)
		for _, scope := range slices.Sorted(maps.Keys(list)) {
			s.step(replica.News{Scope: scope}) // as uplink does whenever it is kicked
		}
		if w.must("read what differs", err) && len(list) > 0 {
			return s.name + " differs from central"
		}
	}
	return ""
}

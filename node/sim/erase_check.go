package sim

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// erased reports whether a workstation has heard that the row of an op is erased.
func (s *station) erased(op *crdt.Op) (is bool) {
	if !s.w.truth.erased(op.Kind, op.ID) && !s.w.truth.unfollowed(op.Kind, op.ID) {
		return false
	}
	s.w.must("read what is erased", s.store.File.Read(s.w.ctx, func(tx *rows.Tx) (err error) {
		_, is, err = tx.Int(`SELECT 1 FROM erased WHERE kind=?1 AND row_id=?2`, int64(op.Kind), int64(op.ID))
		return err
	}))
	return is
}

// erasedAs tells whether a row was ordered erased: as truth knows, or, where it
// cannot follow on whom the row hangs, as central says.
func (w *World) erasedAs() func(kind uint8, id crdt.ID) bool {
	says, unsure := w.erasedRows(), map[*act]bool{nil: false}
	return func(kind uint8, id crdt.ID) bool {
		made := w.truth.made[cell{kind, id, 0}]
		is, known := unsure[made]
		if !known {
			is = made.unsure(w) // long where the core's feed made all at once
			unsure[made] = is
		}
		if is {
			return says[id]
		}
		return w.truth.erased(kind, id)
	}
}

// erasedWords are the texts that anybody ever wrote to rows that went with a party
// (0: with any), and that stand nowhere by chance.
func (w *World) erasedWords(party crdt.ID) (out []string) {
	gone := w.erasedAs()
	for _, wr := range w.truth.writes {
		if with := w.truth.gone[cell{wr.kind, wr.row, 0}]; with != 0 && (with == party || party == 0) && gone(wr.kind, wr.row) {
			out = append(out, lone(wr.value.S)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lone is a text, if it ends with a number that was drawn.
func lone(text string) []string {
	digits := strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,.'+")
	if len(digits) < 8 || len(digits) == len(text) || strings.Trim(digits, "0123456789") != "" {
		return nil // ids may stand there: orders are made of them
	}
	return []string{text}
}

// checkErased looks for the erased in every file: in rows and conflicts, in
// histories, in the index, and byte by byte.
func (w *World) checkErased(q *quiet) {
	if len(w.truth.gone) == 0 {
		return
	}
	words, gone := w.erasedWords(0), w.erasedAs()
	for _, c := range append(slices.Clone(q.here), q.head) {
		for _, r := range c.rows {
			if gone(r.Kind, r.ID) || r.Kind == crm.Directory && gone(crm.Party, r.ID) {
				w.found("%s has %s %d, which was erased", c.name, kindName(w, r.Kind), r.ID)
			}
		}
	}
	w.checkTraces("central", w.hub.office.Central.File, rows.OwnJournal)
	disk, err := plainDisk(w.hub.path())
	w.must("read central's disk", err)
	w.checkWords("central", disk, words)
	for _, s := range w.stations {
		w.checkTraces(s.name, s.store.File, rows.OwnJournal, "neighbour_change")
		w.checkWords(s.name, w.disk(s), words)
	}
}

func (w *World) checkWords(name string, disk []byte, words []string) {
	for _, word := range words {
		if bytes.Contains(disk, []byte(word)) {
			w.found("%q of somebody who was erased is on the disk of %s", word, name)
		}
	}
}

// plainDisk is what lies in central's file, which is not encrypted here.
func plainDisk(path string) (all []byte, err error) {
	for _, tail := range []string{"", sqliteFiles} {
		b, rerr := os.ReadFile(path + tail)
		if rerr != nil && !errors.Is(rerr, os.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
		all = append(all, b...)
	}
	return all, err
}

// checkTraces looks for the erased beside the rows: in conflicts, bodies of
// histories and the index.
func (w *World) checkTraces(name string, file *rows.File, histories ...rows.Bodies) {
	gone := w.erasedAs()
	err := file.Read(w.ctx, func(tx *rows.Tx) error {
		err := tx.Query(`SELECT kind, row_id FROM conflict ORDER BY kind, row_id`, func(s *rows.Stmt) error {
			if kind, id := uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1)); gone(kind, id) {
				w.found("%s keeps a conflict of %s %d, which was erased", name, kindName(w, kind), id)
			}
			return nil
		})
		for _, h := range histories {
			err = errors.Join(err, tx.Query(`SELECT seq, bodies FROM `+string(h)+` ORDER BY seq`, func(s *rows.Stmt) error {
				bodies, err := journal.DecodeOps(rows.Blob(s, 1))
				for i := range bodies {
					if op := &bodies[i].Op; !bodies[i].Closed() && gone(op.Kind, op.ID) {
						w.found("%s keeps in %s, number %d, the body of a change to %s %d, which was erased", name, h, s.ColumnInt64(0), kindName(w, op.Kind), op.ID)
					}
				}
				return err
			}))
		}
		indexed, ierr := tx.IDs(`SELECT party FROM document ORDER BY party`)
		for _, id := range indexed {
			if gone(crm.Party, id) {
				w.found("the index of %s has party %d, which was erased", name, id)
			}
		}
		n, _, cerr := tx.Int(`SELECT (SELECT count(*) FROM find_docsize)-(SELECT count(*) FROM document)`)
		if n != 0 {
			w.found("the index of %s has %d entries of nobody", name, n)
		}
		return errors.Join(err, ierr, cerr)
	})
	w.must("look for the erased at "+name, err)
}

// checkErasureReceipts holds that each workstation there is has said so.
func (w *World) checkErasureReceipts(*quiet) {
	for _, party := range mine[erased](w).parties {
		list, err := w.hub.office.Central.ErasureReceipts(w.ctx, central.RowID{Kind: crm.Party, ID: party})
		if !w.must("read receipts", err) {
			return
		}
		for _, s := range w.stations {
			at := slices.IndexFunc(list, func(r central.Receipt) bool { return r.Origin == s.seat.origin })
			if at >= 0 && list[at].DoneMS == 0 {
				w.found("%s has not said that nothing of party %d is left", s.name, party)
			}
		}
	}
}

// checkReceipts holds that nothing of the erased is on the disk of a workstation
// that is about to say so.
func (s *station) checkReceipts(list []wire.Receipt) {
	var words []string
	for _, r := range list {
		if r.Why == wire.WhyErased {
			words = append(words, s.w.erasedWords(r.Row)...)
		}
	}
	if len(words) > 0 {
		s.w.checkWords(s.name+", which says that nothing is left,", s.w.disk(s), words)
	}
}

// checkHeard holds that a workstation keeps nothing of what it has heard is
// erased, when a neighbour sends it.
func (s *station) checkHeard() {
	if len(s.w.truth.gone) == 0 {
		return
	}
	type sent struct {
		origin, seq int64
		op          *crdt.Op
	}
	var open []sent
	err := s.store.File.Read(s.w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT origin, seq, bodies FROM neighbour_change ORDER BY origin, seq`, func(st *rows.Stmt) error {
			bodies, err := journal.DecodeOps(rows.Blob(st, 2))
			for i := range bodies {
				if bodies[i].Erased {
					s.w.saw("a body of a neighbour is kept as its hash")
				} else if !bodies[i].Closed() && !aboutACopy(bodies, &bodies[i].Op) {
					open = append(open, sent{st.ColumnInt64(0), st.ColumnInt64(1), &bodies[i].Op})
				}
			}
			return err
		})
	})
	for _, c := range open { // not within Read, which would take a connection more
		if s.erased(c.op) {
			s.w.fail("%s takes change %d/%d of a neighbour to %s %d, which it has erased", s.name, c.origin, c.seq, kindName(s.w, c.op.Kind), c.op.ID)
		}
	}
	s.w.must("look what neighbours sent", err)
}

// aboutACopy reports whether an op may be about the row of a copy: its change rests on
// one of the workstation whose number the row has.
func aboutACopy(bodies []journal.Body, op *crdt.Op) bool {
	rests, err := store.RestsOf(&journal.Change{Bodies: bodies})
	return err == nil && slices.ContainsFunc(rests, func(f journal.Former) bool { return f.Origin == op.ID.Origin() })
}

// checkVerifies: what central took is what its author signed.
func (w *World) checkVerifies(*quiet) {
	if len(w.truth.gone) == 0 {
		return
	}
	for _, s := range w.stations {
		key := s.seat.identity.Public()
		err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
			return tx.Query(`SELECT frame FROM taken WHERE origin=?1 ORDER BY last`, func(st *rows.Stmt) error {
				push, err := w.codec.DecodePush(rows.Blob(st, 0))
				if err != nil {
					return err
				}
				return push.Ranges[0].Verify(func(message, signature []byte) bool {
					return trust.CheckSigned(key, trust.ContextJournalHead, message, signature) == nil
				})
			}, int64(s.seat.origin))
		})
		w.must("verify the history of "+s.name, err)
	}
}

// checkReplayed restores a copy of central's file that is older than an erasure.
func (w *World) checkReplayed(*quiet) {
	m := mine[erased](w)
	if m.backup == "" || len(m.parties) == m.since {
		return
	}
	w.saw("a backup from before an erasure is restored")
	_, err := central.Restore(w.ctx, central.Restoring{Path: m.backup, Schema: w.schema, Migrations: store.LocalTables(), Origin: centralOrigin + 1, NowMS: w.nowMS})
	if !w.must("restore a backup", err) {
		return
	}
	f, err := office.Open(w.ctx, office.Options{Path: m.backup, Authority: w.t.authority, Rand: w.hub.secret, NowMS: w.hub.nowMS, Cost: cheap(), NoSync: true, Alone: true, Erasures: w.file("erasures", 0)})
	if !w.must("open what was restored", err) {
		return
	}
	w.checkTraces("a restored central", f.Central.File, rows.OwnJournal, rows.FormerJournal)
	disk, err := plainDisk(m.backup)
	w.must("read the disk of what was restored", err)
	w.checkWords("a restored central", disk, w.erasedWords(0))
	w.must("close what was restored", f.Close())
}

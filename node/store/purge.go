package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

const (
	// purgeAtOnce is how many orders one pass works on: a pass costs as much for
	// many as for one.
	purgeAtOnce = 20_000
	// indexAtOnce is how many parties the index takes in one transaction.
	indexAtOnce = 200
	// encloseAtOnce is how many changes of the journal one transaction looks at.
	encloseAtOnce = 1000
)

// errNoSeal: the file was opened without the means to enclose what central must
// be able to get back.
var errNoSeal = errors.New("store: the journal names what has to go, and nothing to enclose it with was handed in")

// OrderPurge notes, in the transaction that takes a row out of the tables, that
// it and all that hangs on it has to go from the disk, and that central waits
// for a receipt.
func (s *Store) OrderPurge(tx *rows.Tx, r wire.Receipt) error {
	return tx.Exec(`INSERT OR REPLACE INTO receipt (why, kind, row_id, n, at) VALUES (?1, ?2, ?3, ?4, ?5)`,
		r.Why, int64(r.Kind), int64(r.Row), r.N, s.nowMS())
}

// Purge makes sure that nothing is left on the disk of what was ordered away:
// not in free parts of pages, the write-ahead log, the index or the journal.
// Then, and not before, the receipts may go out. What an untaken change still
// names waits until central has it. It tells how many became due. Where a reader
// holds the log, nothing is lost: the next pass does it.
func (s *Store) Purge(ctx context.Context) (done int, err error) {
	orders, err := s.ready(ctx)
	if err != nil {
		return 0, err
	}
	if len(orders) == 0 {
		return 0, s.rinse(ctx)
	}
	if err := s.forget(ctx, orders); err != nil {
		return 0, fmt.Errorf("store: purge: %w", err)
	}
	if err := s.Clean(ctx); errors.Is(err, rows.ErrBusy) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	return len(orders), s.clean(ctx, orders)
}

// rinse empties the write-ahead log after changes of neighbours were forgotten:
// they may be about customers whom this branch does not hold.
func (s *Store) rinse(ctx context.Context) error {
	if !s.soiled.Swap(false) {
		return nil
	}
	err := s.File.Scrub(ctx)
	if err != nil {
		s.soiled.Store(true)
	}
	if errors.Is(err, rows.ErrBusy) {
		return nil // the next pass does it
	}
	return err
}

// factWhole is the feed number up to which the branch's feed was read to an end:
// what hung on a row that left may be told of by a later page than the row.
const factWhole = "feed read whole"

// ready are the orders that may be carried out: all pages that tell what hung on
// the rows are in, and nothing untaken names what they are about.
func (s *Store) ready(ctx context.Context) (out []wire.Receipt, err error) {
	all, err := s.receipts(ctx, `clean=0`, purgeAtOnce)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var named map[key]bool
	var had numbers
	var whole, spared int64
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		if whole, err = tx.FactInt(factWhole); err != nil {
			return err
		}
		if spared, err = tx.FactInt(factSpared); err != nil {
			return err
		}
		if named, err = s.naming(tx); err != nil {
			return err
		}
		had, err = loadNumbers(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: purge: %w", err)
	}
	var blanket []wire.Receipt
	waits := false
	for _, r := range all {
		switch {
		case r.Row == 0:
			blanket = append(blanket, r)
		case r.Why == wire.WhyErased && spared == 1:
			// head office has not judged all of it: the next pass may say so
		case r.Why == wire.WhyLeft && (r.N > whole || had.any(named, key{r.Kind, r.Row})):
			waits = true
		default:
			out = append(out, r)
		}
	}
	if !waits {
		out = append(out, blanket...)
	}
	return out, nil
}

// forget removes what is told of the rows besides the tables of their kinds.
func (s *Store) forget(ctx context.Context, orders []wire.Receipt) error {
	gone := map[key]bool{}
	err := s.File.Write(ctx, func(tx *rows.Tx) error {
		had, err := loadNumbers(tx)
		if err != nil {
			return err
		}
		for _, r := range orders {
			if r.Why != wire.WhyLeft || r.Row == 0 {
				continue
			}
			for _, id := range had.of(r.Row) {
				gone[key{r.Kind, id}] = true
			}
			if r.Kind == crm.Party {
				if err := forgetTraces(tx, r.Row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil || len(gone) == 0 {
		return err
	}
	if err := s.enclose(ctx, gone); err != nil {
		return err
	}
	if err := s.encloseOthers(ctx, gone); err != nil {
		return err
	}
	return s.noteClosed(ctx)
}

// enclose makes the bodies of own changes that name what is gone readable for
// central alone: the hashes stay, so the chain still verifies.
func (s *Store) enclose(ctx context.Context, gone map[key]bool) error {
	for since := uint64(0); ; {
		last := since
		err := s.File.Write(ctx, func(tx *rows.Tx) error {
			trimmed, err := tx.Trimmed()
			if err != nil {
				return err
			}
			_, changes, err := tx.Changes(s.Origin(), max(since, trimmed), encloseAtOnce)
			if err != nil {
				return err
			}
			for i := range changes {
				last = changes[i].Seq
				c := &changes[i]
				err := s.encloseChange(tx, c, gone, func(envelope []byte) error {
					return errors.Join(
						tx.Exec(`INSERT OR IGNORE INTO enclosed (seq, envelope) VALUES (?1, ?2)`, int64(c.Seq), envelope),
						tx.Exec(`UPDATE journal SET bodies=?2 WHERE seq=?1`, int64(c.Seq), journal.AppendOps(nil, c.Bodies)))
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || last == since {
			return err
		}
		since = last
	}
}

// encloseChange closes a change that names what is gone; keep writes it, with its
// envelope.
func (s *Store) encloseChange(tx *rows.Tx, c *journal.Change, gone map[key]bool, keep func(envelope []byte) error) error {
	about := map[key]bool{}
	for i := range c.Bodies {
		if !c.Bodies[i].Erased {
			if err := s.namedBy(tx, &c.Bodies[i].Op, about); err != nil {
				return err
			}
		}
	}
	named := false
	for k := range about {
		named = named || gone[k]
	}
	if !named {
		return nil
	}
	if s.enclosing == nil {
		return errNoSeal
	}
	envelope, err := s.enclosing(envelopeOf(c))
	if err != nil {
		return err
	}
	c.Seal(journal.Hash{}, nil) // gives each body its hash
	for i := range c.Bodies {
		c.Bodies[i] = journal.Body{Erased: true, Hash: c.Bodies[i].Hash}
	}
	return keep(envelope)
}

// envelopeOf is what an envelope holds: origin and number, so that it stands for
// no other change, then the bodies.
func envelopeOf(c *journal.Change) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(c.Origin))
	return journal.AppendOps(binary.BigEndian.AppendUint64(b, c.Seq), c.Bodies)
}

// Enclosed reads the envelopes of the own changes of ranges whose bodies central
// alone can open, and of what else is kept under other origins.
func (s *Store) Enclosed(ctx context.Context, ranges []journal.Range) (out []wire.Envelope, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		for _, c := range wire.Closed(ranges) {
			err := tx.Query(`SELECT envelope FROM enclosed WHERE seq=?1 AND ?2=?3
				UNION ALL SELECT envelope FROM former_enclosed WHERE seq=?1 AND origin=?2`, func(st *sqlite.Stmt) error {
				out = append(out, wire.Envelope{Origin: uint32(c.Origin), Seq: c.Seq, Content: rows.Blob(st, 0)})
				return nil
			}, int64(c.Seq), int64(c.Origin), int64(s.Origin()))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// clean makes the receipts due: nothing is left. Of what hung on the rows not
// even the ids are needed any more.
func (s *Store) clean(ctx context.Context, orders []wire.Receipt) error {
	return s.File.Write(ctx, func(tx *rows.Tx) error {
		for _, r := range orders {
			err := errors.Join(
				tx.Exec(`UPDATE receipt SET clean=1 WHERE why=?1 AND kind=?2 AND row_id=?3 AND n=?4`, r.Why, int64(r.Kind), int64(r.Row), r.N),
				tx.Exec(`DELETE FROM stub WHERE root=?1 AND root_kind=?2 AND n<=?3 AND (row_id<>root OR kind<>root_kind)`, int64(r.Row), int64(r.Kind), r.N))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Receipts reads those that may go out and that central has not noted yet, at
// most limit.
func (s *Store) Receipts(ctx context.Context, limit int) ([]wire.Receipt, error) {
	return s.receipts(ctx, `clean=1`, limit)
}

func (s *Store) receipts(ctx context.Context, where string, limit int) (out []wire.Receipt, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT why, kind, row_id, n FROM receipt WHERE `+where+` ORDER BY at, kind, row_id LIMIT ?1`, func(st *sqlite.Stmt) error {
			out = append(out, wire.Receipt{Why: st.ColumnText(0), Kind: uint8(st.ColumnInt64(1)), Row: crdt.ID(st.ColumnInt64(2)), N: st.ColumnInt64(3)})
			return nil
		}, limit)
	})
	return out, err
}

// Owing is how many orders wait for their purge.
func (s *Store) Owing(ctx context.Context) (n int, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		waiting, _, err := tx.Int(`SELECT count(*) FROM receipt WHERE clean=0`)
		n = int(waiting)
		return err
	})
	return n, err
}

// Noted forgets receipts that central has noted, and tells how many are due.
func (s *Store) Noted(ctx context.Context, receipts []wire.Receipt) (due int, err error) {
	count := func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM receipt WHERE clean=1`)
		due = int(n)
		return err
	}
	if len(receipts) == 0 {
		return due, s.File.Read(ctx, count)
	}
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		for _, r := range receipts {
			err := tx.Exec(`DELETE FROM receipt WHERE why=?1 AND kind=?2 AND row_id=?3 AND n=?4`, r.Why, int64(r.Kind), int64(r.Row), r.N)
			if err != nil {
				return err
			}
		}
		return count(tx)
	})
	return due, err
}

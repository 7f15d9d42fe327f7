package central

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// ErrErased is an act on a row that was ordered away.
var ErrErased = errors.New("central: head office ordered this erased")

// CodeErased refuses a change of which nothing is left, since all of it was
// about what head office ordered erased.
const CodeErased = "erased"

// factSweeping is 1 from an order of erasure until no history holds what it is about.
const factSweeping = "erasure to be swept"

// erased are the rows that were ordered away, for good: nothing that is written
// to them is taken, nor anything that belongs to them.
type erased map[key]bool

func loadErased(tx *rows.Tx) (erased, error) {
	out := erased{}
	err := tx.Query(`SELECT kind, row_id FROM erased_row`, func(s *sqlite.Stmt) error {
		out[key{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))}] = true
		return nil
	})
	return out, err
}

// gone reports whether a row was ordered away, in this transaction or before.
func (b *Batch) gone(kind uint8, id crdt.ID) bool {
	k := key{kind, id}
	return b.c.erased[k] || b.erased[k]
}

// Gone reports whether a row was ordered away.
func (b *Batch) Gone(row RowID) bool { return b.gone(row.Kind, row.ID) }

// goneIn reports of the ids that a change names whether the rows they mean were
// ordered away. What it names of a copy, whose number central gave to another row, is
// that of the copy: under the id it has now, or not here yet.
func (b *Batch) goneIn(ch *journal.Change) (func(kind uint8, id crdt.ID) bool, error) {
	if b.c.o.Forms == nil {
		return b.gone, nil
	}
	ids, err := b.restsAs(ch)
	if err != nil {
		return nil, err
	}
	unmet, err := b.unmet(ch)
	if err != nil || len(ids) == 0 && len(unmet) == 0 {
		return b.gone, err
	}
	return func(kind uint8, id crdt.ID) bool {
		if is, known := ids[id]; known {
			return b.gone(kind, is)
		}
		return b.gone(kind, id) && !slices.ContainsFunc(unmet, func(f journal.Former) bool { return f.Origin == id.Origin() })
	}, nil
}

// overwrites reports whether an op is about a row that was ordered away, or
// makes one that belongs to such a row.
func (b *Batch) overwrites(op *crdt.Op, gone func(kind uint8, id crdt.ID) bool) bool {
	get := func(field uint8) crdt.Value {
		for i := range op.Set {
			if op.Set[i].Field == field {
				return op.Set[i].Value
			}
		}
		return crdt.Value{}
	}
	return b.goes(key{op.Kind, op.ID}, get, gone)
}

// goes reports whether a row was ordered away, or belongs to such a row.
func (b *Batch) goes(k key, get func(field uint8) crdt.Value, gone func(kind uint8, id crdt.ID) bool) bool {
	if gone(k.kind, k.id) {
		return true
	}
	kind := b.c.File.Held().Kind(k.kind)
	return kind != nil && b.c.o.Belongs != nil && b.c.o.Belongs(kind, get, gone)
}

// erasing reports whether anything was ever ordered away.
func (b *Batch) erasing() bool { return len(b.c.erased) > 0 || len(b.erased) > 0 }

// forget notes that a row is ordered away.
func (b *Batch) forget(k key) error {
	if b.gone(k.kind, k.id) {
		return nil
	}
	if b.erased == nil {
		b.erased = erased{}
	}
	b.erased[k] = true
	return errors.Join(b.Tx.Exec(`INSERT OR IGNORE INTO erased_row (kind, row_id) VALUES (?1, ?2)`, int64(k.kind), int64(k.id)),
		b.Tx.Exec(`UPDATE recalled SET page=NULL WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id)))
}

// Erasing is an order of erasure.
type Erasing struct {
	Party RowID // every node owes a receipt for it
	N     int64 // numbers the order
	// Rows adds the rows that tell the nodes and returns what goes.
	Rows func(*rows.Act) ([]RowID, error)
	// Sealed runs last, when nothing but the disk can still fail.
	Sealed func(*Batch) error
}

// Erase carries an order of erasure out, in one transaction. The history is
// swept afterwards, by Sweep.
func (c *Central) Erase(ctx context.Context, who rows.Actor, o Erasing) error {
	var list []RowID
	_, err := c.act(ctx, who, func(a *rows.Act) (err error) {
		list, err = o.Rows(a)
		return err
	}, func(b *Batch) error {
		for _, r := range list {
			if err := b.erase(key{r.Kind, r.ID}); err != nil {
				return err
			}
		}
		if err := b.OrderPurge(wire.WhyErased, o.Party, OfficeScope, o.N); err != nil {
			return err
		}
		if err := b.Tx.SetFact(factSweeping, int64(1)); err != nil {
			return err
		}
		return o.Sealed(b)
	})
	return err
}

// erase takes a row away for good; who holds it hears so.
func (b *Batch) erase(k key) error {
	e, err := b.load(k)
	if err != nil {
		return err
	}
	if e.cur != nil {
		if err := b.remove(k); err != nil {
			return err
		}
	}
	return errors.Join(b.forget(k), b.Tx.Exec(`DELETE FROM member WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id)))
}

// arrive erases in a change, before it is judged or kept, what is about rows
// that were ordered away: work of somebody who had not heard of it. It tells
// whether nothing is left of a change that said something.
func (b *Batch) arrive(ch *journal.Change) (nothing bool, err error) {
	if !b.erasing() {
		return false, nil
	}
	n, err := b.eraseIn(ch)
	return n > 0 && ch.Live() == 0, err
}

// eraseIn erases in a change what is about rows that were ordered away; rows that it
// makes and that belong to such go along.
func (b *Batch) eraseIn(ch *journal.Change) (n int, err error) {
	gone, err := b.goneIn(ch)
	if err != nil {
		return 0, err
	}
	var made []key
	n = journal.Erase(ch.Bodies, func(op *crdt.Op) bool {
		if !b.overwrites(op, gone) {
			return false
		}
		made = append(made, key{op.Kind, op.ID})
		return true
	})
	for _, k := range made {
		err = errors.Join(err, b.forget(k))
	}
	return n, err
}

// HeldBelow are the rows that held changes would make and that go with rows of a
// list. They stand nowhere, but workstations have them, and write to them.
func (c *Central) HeldBelow(tx *rows.Tx, list []RowID) (out []RowID, err error) {
	b, gone := newBatch(c, tx), map[key]bool{}
	for _, r := range list {
		gone[key{r.Kind, r.ID}] = true
	}
	all, err := b.heldWhere(`readable=1`)
	for known := -1; err == nil && known < len(out); {
		known = len(out)
		for _, h := range all {
			ch, _, err := b.heldChange(h)
			if err != nil {
				return nil, err
			}
			for i := range ch.Bodies {
				op := &ch.Bodies[i].Op
				k := key{op.Kind, op.ID}
				if gone[k] || ch.Bodies[i].Closed() || !b.overwrites(op, func(kind uint8, id crdt.ID) bool { return gone[key{kind, id}] }) {
					continue
				}
				row, err := tx.Get(op.Kind, op.ID)
				if err != nil {
					return nil, err
				}
				if row != nil {
					continue // the order has found it, or it stays
				}
				gone[k], out = true, append(out, RowID{Kind: op.Kind, ID: op.ID})
			}
		}
	}
	return out, err
}

// Sweep erases from the history that central keeps, its own and what it took of
// nodes, all that is about rows that were ordered away, where one is due. It
// returns the changes of nodes that it was in.
func (c *Central) Sweep(ctx context.Context) (hit []rows.ChangeID, due bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var fresh erased
	err = c.File.Write(ctx, func(tx *rows.Tx) error {
		n, err := tx.FactInt(factSweeping)
		if due = n == 1; err != nil || !due {
			return err
		}
		b := newBatch(c, tx)
		for _, table := range []rows.Bodies{rows.OwnJournal, rows.FormerJournal} {
			_, eerr := tx.Erase(table, func(_ rows.ChangeID, bodies []journal.Body) int { // also of rows that never stood here
				n, berr := b.eraseIn(&journal.Change{Bodies: bodies})
				err = errors.Join(err, berr)
				return n
			})
			if err = errors.Join(err, eerr); err != nil {
				return err
			}
		}
		for known := -1; known < len(b.erased); { // whoever made a row may come after who wrote to it
			known = len(b.erased)
			for _, kept := range sweptFrames {
				more, err := b.sweepFrames(kept.read, kept.write)
				if err != nil {
					return err
				}
				for _, id := range more {
					if !slices.Contains(hit, id) {
						hit = append(hit, id)
					}
				}
			}
		}
		if err := b.sweepRecalled(); err != nil {
			return err
		}
		fresh = b.erased
		return errors.Join(err, tx.SetFact(factSweeping, int64(0)))
	})
	if err != nil {
		return nil, due, fmt.Errorf("central: sweep what was erased: %w", err)
	}
	maps.Copy(c.erased, fresh)
	return hit, due, nil
}

// sweptFrames are where ranges are kept as nodes signed them.
var sweptFrames = [...]struct{ read, write string }{
	{`SELECT origin, last, frame FROM taken`, `UPDATE taken SET frame=?3 WHERE origin=?1 AND last=?2`},
	{`SELECT 0, id, frame FROM stranded_range`, `UPDATE stranded_range SET frame=?3 WHERE ?1=0 AND id=?2`},
}

// sweepFrames writes the frames that came of nodes anew, without the bodies of what
// was ordered away: they still verify.
func (b *Batch) sweepFrames(read, write string) (hit []rows.ChangeID, err error) {
	type frame struct {
		origin, last int64
		bytes        []byte
	}
	var anew []frame
	err = b.Tx.Query(read, func(s *sqlite.Stmt) error {
		push, err := b.c.codec.DecodePush(rows.Blob(s, 2))
		if err != nil {
			return err
		}
		n := 0
		for i := range push.Ranges {
			for j := range push.Ranges[i].Changes {
				ch := &push.Ranges[i].Changes[j]
				k, err := b.eraseIn(ch)
				if err != nil {
					return err
				}
				if k > 0 {
					n += k
					hit = append(hit, rows.ChangeID{Origin: ch.Origin, Seq: ch.Seq})
				}
			}
		}
		if n == 0 {
			return nil
		}
		bytes, err := b.c.codec.EncodePush(push)
		anew = append(anew, frame{s.ColumnInt64(0), s.ColumnInt64(1), bytes})
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, f := range anew {
		if err := b.Tx.Exec(write, f.origin, f.last, f.bytes); err != nil {
			return nil, err
		}
	}
	return hit, nil
}

// Receipt is how a node stands to an order of erasure.
type Receipt struct {
	Origin   crdt.Origin
	DoneMS   int64 // ms UTC; 0: outstanding
	SeenMS   int64 // last contact, ms UTC; 0: never
	Revoked  bool
	OrderedN int64
}

// ErasureReceipts are the receipts that nodes owe or gave for the erasure of a row.
func (c *Central) ErasureReceipts(ctx context.Context, row RowID) (out []Receipt, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT purge.origin, done, seen, revoked, n FROM purge JOIN origin ON origin.origin=purge.origin
			WHERE why=?1 AND kind=?2 AND row_id=?3 ORDER BY done, purge.origin`, func(s *sqlite.Stmt) error {
			out = append(out, Receipt{crdt.Origin(s.ColumnInt64(0)), s.ColumnInt64(1), s.ColumnInt64(2), s.ColumnInt64(3) == 1, s.ColumnInt64(4)})
			return nil
		}, wire.WhyErased, int64(row.Kind), int64(row.ID))
	})
	return out, err
}

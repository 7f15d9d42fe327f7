package office

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed"
	"bough/sync/central"
	"bough/sync/rows"
)

// Limits of erasures.
const (
	maxReferenceBytes = 80  // where the case is kept; no story
	maxErasedRows     = 500 // ids in one row of an order: some 23 bytes each, a text has 16 KiB
	retentionYears    = 5   // identity data stays so long after the last account closed
)

// Errors of erasures.
var (
	ErrBasis     = errors.New("office: an erasure has a basis in law: request, retention_over, unlawful or court")
	ErrReference = errors.New("office: say where the case is kept, in 1 to 80 characters, without names")
	ErrNoParty   = errors.New("office: there is no such party, or it was erased")
	ErrNoOrder   = errors.New("office: there is no such order that waits for a second person")
	ErrSecond    = errors.New("office: somebody else than who ordered it confirms an erasure")
	ErrHold      = errors.New("office: the bank must keep this party's data")
	ErrOrdered   = errors.New("office: the erasure of this party is ordered already and waits for a second person")
)

// ErasureOrder is an order as head office sees it.
type ErasureOrder struct {
	N         int64 // its number: when it was asked for, ms UTC
	Party     crdt.ID
	Basis     string
	Reference string
	Ordered   crdt.ID // person
	Confirmed crdt.ID // 0: not yet
	AtMS      int64   // of the confirmation
	Receipts  []central.Receipt
}

// Done is how many workstations have said that nothing is left.
func (o *ErasureOrder) Done() (n int) {
	for _, r := range o.Receipts {
		if r.DoneMS > 0 {
			n++
		}
	}
	return n
}

// OrderErasure asks for the erasure of a party. Nothing happens before a second
// person confirms it.
func (f *Office) OrderErasure(ctx context.Context, by crdt.ID, party crdt.ID, basis, reference string) (n int64, err error) {
	reference = strings.Join(strings.Fields(reference), " ")
	switch {
	case !slices.Contains(crm.ErasureBases, basis):
		return 0, ErrBasis
	case reference == "" || len(reference) > maxReferenceBytes:
		return 0, ErrReference
	}
	err = f.Central.File.Write(ctx, func(tx *rows.Tx) error {
		if err := f.mayErase(tx, party, basis); err != nil {
			return err
		}
		if _, waits, err := tx.Int(`SELECT 1 FROM erasure_order WHERE party=?1 AND confirmed=0 AND dropped=0`, int64(party)); err != nil || waits {
			return errors.Join(err, ErrOrdered)
		}
		last, _, err := tx.Int(`SELECT coalesce(max(id), 0) FROM erasure_order`)
		if err != nil {
			return err
		}
		n = max(f.o.NowMS(), last+1)
		return tx.Exec(`INSERT INTO erasure_order (id, party, basis, reference, ordered) VALUES (?1, ?2, ?3, ?4, ?5)`, n, int64(party), basis, reference, int64(by))
	})
	return n, err
}

// mayErase checks that there is such a party and that no law makes the bank
// keep it. A court is above that.
func (f *Office) mayErase(tx *rows.Tx, party crdt.ID, basis string) error {
	row, err := tx.Get(crm.Party, party)
	if err != nil {
		return err
	}
	if row == nil {
		return ErrNoParty
	}
	if basis == "court" {
		return nil
	}
	until := time.UnixMilli(f.o.NowMS()).UTC().AddDate(-retentionYears, 0, 0).Format(time.DateOnly)
	n, _, err := tx.Int(`SELECT count(*) FROM role JOIN holding ON holding.id=role.holding WHERE role.party=?1 AND (closed IS NULL OR closed>?2)`, int64(party), until)
	if err == nil && n > 0 {
		err = fmt.Errorf("%w: an account is open, or was closed less than %d years ago", ErrHold, retentionYears)
	}
	return err
}

// DropErasure takes an order back that nobody has confirmed.
func (f *Office) DropErasure(ctx context.Context, n int64) error {
	return f.Central.File.Write(ctx, func(tx *rows.Tx) error {
		if _, _, err := waitingOrder(tx, n); err != nil {
			return err
		}
		return tx.Exec(`UPDATE erasure_order SET dropped=1 WHERE id=?1`, n)
	})
}

func waitingOrder(tx *rows.Tx, n int64) (o ErasureOrder, found bool, err error) {
	err = tx.Query(`SELECT party, basis, ordered FROM erasure_order WHERE id=?1 AND confirmed=0 AND dropped=0`, func(s *rows.Stmt) error {
		o, found = ErasureOrder{N: n, Party: crdt.ID(s.ColumnInt64(0)), Basis: s.ColumnText(1), Ordered: crdt.ID(s.ColumnInt64(2))}, true
		return nil
	}, n)
	if err == nil && !found {
		err = ErrNoOrder
	}
	return o, found, err
}

// ConfirmErasure carries an order out, as the second person: the rows go here
// and at every workstation that hears of it, from the history too, and each says
// when nothing is left. There is no way back.
func (f *Office) ConfirmErasure(ctx context.Context, by crdt.ID, n int64) error {
	var order ErasureOrder
	err := f.Central.File.Read(ctx, func(tx *rows.Tx) (err error) {
		if order, _, err = waitingOrder(tx, n); err == nil {
			err = f.mayErase(tx, order.Party, order.Basis)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case order.Ordered == by:
		return ErrSecond
	}
	return f.erase(ctx, rows.Actor{Person: by}, entry{N: n, Party: int64(order.Party)}, func(tx *rows.Tx) error {
		return tx.Exec(`UPDATE erasure_order SET confirmed=?2, at=?3 WHERE id=?1`, n, int64(by), f.o.NowMS())
	}, true)
}

// erase carries an order out, given now or read from the ledger: then it is
// there already.
func (f *Office) erase(ctx context.Context, who rows.Actor, e entry, note func(*rows.Tx) error, given bool) error {
	party := central.RowID{Kind: crm.Party, ID: crdt.ID(e.Party)}
	var list []central.RowID
	err := f.Central.Erase(ctx, who, central.Erasing{Party: party, N: e.N, Rows: func(a *rows.Act) (_ []central.RowID, err error) {
		if list, err = f.closure(a.Tx, party, e.Rows); err != nil {
			return nil, err
		}
		return list, orderRows(a, e, list)
	}, Sealed: func(b *central.Batch) error {
		if err := errors.Join(note(b.Tx), f.blankRefusals(b, list), f.eraseRecords(b), f.Local.EraseLocal(b.Tx, ids(list))); err != nil || !given || f.o.Erasures == "" {
			return err
		}
		e.Rows = nil
		for _, r := range list {
			e.Rows = append(e.Rows, [2]int64{int64(r.Kind), int64(r.ID)})
		}
		return (&Erasures{f.o.Erasures}).append(e)
	}})
	if err != nil {
		return fmt.Errorf("office: erase: %w", err)
	}
	return f.sweep(ctx)
}

func ids(list []central.RowID) (out []crdt.ID) {
	for _, r := range list {
		out = append(out, r.ID)
	}
	return out
}

// orderRows tells the nodes: ids only.
func orderRows(a *rows.Act, e entry, list []central.RowID) error {
	for at := 0; at < len(list); at += maxErasedRows {
		part := list[at:min(at+maxErasedRows, len(list))]
		id, err := a.Mint()
		if err != nil {
			return err
		}
		var text strings.Builder
		for _, r := range part {
			fmt.Fprintf(&text, "%d:%d ", r.Kind, r.ID)
		}
		last := crdt.Value{}
		if at+maxErasedRows >= len(list) {
			last = crdt.IntValue(1)
		}
		a.Add(crdt.Op{Kind: crm.Erasure, ID: id, Set: present(
			crdt.FieldSet{Field: crm.ErasureParty, Value: crdt.IntValue(e.Party)},
			crdt.FieldSet{Field: crm.ErasureOrdered, Value: crdt.IntValue(e.N)},
			crdt.FieldSet{Field: crm.ErasureRows, Value: crdt.TextValue(strings.TrimSpace(text.String()))},
			crdt.FieldSet{Field: crm.ErasureLast, Value: last},
		)})
	}
	return nil
}

// closure are the rows that go with a party: what names it or hangs on it, and
// what hangs on that; accounts that nobody else has a role in; what the ledger
// lists; and what held changes would make of all that. Households, other people and shared accounts stay.
func (f *Office) closure(tx *rows.Tx, party central.RowID, more [][2]int64) (out []central.RowID, err error) {
	met := map[central.RowID]bool{}
	take := func(r central.RowID) {
		if !met[r] {
			met[r] = true
			out = append(out, r)
		}
	}
	take(party)
	for _, r := range more {
		take(central.RowID{Kind: uint8(r[0]), ID: crdt.ID(r[1])})
	}
	for i := 0; i < len(out); i++ {
		for _, tie := range crm.Below(f.Central.File.Schema(), out[i].Kind) {
			found, err := tx.Hanging(tie.Kind, tie.Field, out[i].ID)
			if err != nil {
				return nil, err
			}
			for _, id := range found {
				take(central.RowID{Kind: tie.Kind.Num, ID: id})
			}
		}
		if out[i].Kind == crm.Party {
			take(central.RowID{Kind: crm.Directory, ID: out[i].ID}) // its entry has its id
			sole, err := tx.IDs(soleHoldings, int64(out[i].ID))
			if err != nil {
				return nil, err
			}
			for _, id := range sole {
				take(central.RowID{Kind: crm.Holding, ID: id})
			}
		}
	}
	held, err := f.Central.HeldBelow(tx, out)
	return append(out, held...), err
}

// soleHoldings are the accounts in which nobody but a party has a role.
const soleHoldings = `SELECT holding FROM role WHERE party=?1 AND holding NOT IN
	(SELECT holding FROM role WHERE party<>?1 AND holding IS NOT NULL) GROUP BY holding`

// blankRefusals takes what was typed out of refusals of changes that were about
// what is erased. That a change was refused stays: it is counted.
func (f *Office) blankRefusals(b *central.Batch, list []central.RowID) error {
	var found []crdt.ID
	for _, r := range list {
		ids, err := b.Tx.IDs(`SELECT id FROM refusal WHERE typed IS NOT NULL AND (kind=?1 AND row_id=?2 OR ?1=?3 AND instr(typed, '=' || ?2 || char(10))>0)`,
			int64(r.Kind), int64(r.ID), int64(crm.Party))
		if err != nil {
			return err
		}
		found = append(found, ids...)
	}
	slices.Sort(found)
	for _, id := range slices.Compact(found) {
		op := crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{{Field: crm.RefusalTyped}}}
		if err := b.Write(&op); err != nil {
			return err
		}
	}
	return nil
}

// sweep erases from the history what was ordered away, here and in what
// refusals typed, and leaves nothing on the disk.
func (f *Office) sweep(ctx context.Context) error {
	hit, due, err := f.Central.Sweep(ctx)
	if err != nil || !due {
		return err
	}
	_, err = f.Central.Act(ctx, rows.Actor{}, func(a *rows.Act) error {
		for _, h := range hit {
			ids, err := a.Tx.IDs(`SELECT id FROM refusal WHERE origin=?1 AND seq=?2 AND typed IS NOT NULL`, int64(h.Origin), int64(h.Seq))
			if err != nil {
				return err
			}
			for _, id := range ids {
				a.Add(crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{{Field: crm.RefusalTyped}}})
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("office: erase: %w", err)
	}
	return f.Local.Clean(ctx)
}

// Erasures lists the orders, newest first, those that wait included.
func (f *Office) Erasures(ctx context.Context) (out []ErasureOrder, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT id, party, basis, reference, ordered, confirmed, at FROM erasure_order WHERE dropped=0 ORDER BY id DESC`, func(s *rows.Stmt) error {
			out = append(out, ErasureOrder{N: s.ColumnInt64(0), Party: crdt.ID(s.ColumnInt64(1)), Basis: s.ColumnText(2), Reference: s.ColumnText(3),
				Ordered: crdt.ID(s.ColumnInt64(4)), Confirmed: crdt.ID(s.ColumnInt64(5)), AtMS: s.ColumnInt64(6)})
			return nil
		})
	})
	for i := range out {
		if err == nil && out[i].Confirmed != 0 {
			out[i].Receipts, err = f.Central.ErasureReceipts(ctx, central.RowID{Kind: crm.Party, ID: out[i].Party})
		}
	}
	return out, err
}

// replay carries out what the ledger holds and the database does not know of:
// it came back from a backup; and orders that came back themselves before central
// stopped. Nobody is served before.
func (f *Office) replay(ctx context.Context) error {
	if f.o.Erasures != "" {
		if err := f.readLedger(ctx); err != nil {
			return err
		}
	}
	return cmp.Or(f.eraseBack(ctx), f.sweep(ctx))
}

func (f *Office) readLedger(ctx context.Context) error {
	list, err := (&Erasures{f.o.Erasures}).entries()
	if err != nil {
		return err
	}
	for _, e := range list {
		n, err := f.count(ctx, `SELECT count(*) FROM erasure WHERE ordered=?1`, e.N)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if err := f.eraseAgain(ctx, e, false); err != nil {
			return err
		}
	}
	return nil
}

// eraseRecords takes what is gone out of what imports remember to be undone.
func (f *Office) eraseRecords(b *central.Batch) error {
	records := map[int64][]byte{}
	err := b.Tx.Query(`SELECT id, record FROM batch`, func(s *rows.Stmt) error {
		was := rows.Blob(s, 1)
		is, err := corefeed.Without(was, func(r corefeed.RowID) bool { return b.Gone(central.RowID{Kind: r.Kind, ID: r.ID}) })
		if err == nil && !bytes.Equal(was, is) {
			records[s.ColumnInt64(0)] = is
		}
		return err
	})
	for id, record := range records {
		err = errors.Join(err, b.Tx.Exec(`UPDATE batch SET record=?2 WHERE id=?1`, id, record))
	}
	// Why lines were refused repeats what stands in them: nobody can tell of whom.
	return errors.Join(err, b.Tx.Exec(`DELETE FROM import_refused`))
}

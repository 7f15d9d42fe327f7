package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

const neighbourJournal rows.Bodies = "neighbour_change"

// scrubTries is how often a reader is waited for before a cleaning is left to
// the next one.
const scrubTries = 20

// EraseLocal forgets, in the transaction that erases rows, what this file alone
// keeps of them: drafts, who opened them, answers of the API.
func (l *Local) EraseLocal(tx *rows.Tx, ids []crdt.ID) error {
	for _, id := range ids {
		word := id.String()
		err := errors.Join(
			tx.Exec(`DELETE FROM draft WHERE form=?1 OR instr('/' || form || '/', '/' || ?1 || '/')>0 OR instr(body, ?1)>0`, word),
			tx.Exec(`DELETE FROM recent WHERE party=?1`, int64(id)),
			tx.Exec(`DELETE FROM answered WHERE instr(CAST(body AS TEXT), ?1)>0 OR instr(key, ?1)>0`, word))
		if err != nil {
			return fmt.Errorf("store: erase: %w", err)
		}
	}
	return nil
}

// OnClean has fn remove what else holds rows on this disk, such as copies for new
// workstations, before it is said that something is gone. Call it before anything
// is cleaned.
func (l *Local) OnClean(fn func() error) { l.besides = fn }

// Clean makes sure that nothing is left on the disk of what was deleted: not in
// the index, not in the write-ahead log. rows.ErrBusy where somebody reads all
// the time.
func (l *Local) Clean(ctx context.Context) error {
	if l.besides != nil {
		if err := l.besides(); err != nil {
			return fmt.Errorf("store: clean: %w", err)
		}
	}
	for n := indexAtOnce; n == indexAtOnce; { // what is gone leaves the index
		var err error
		if n, err = l.Index(ctx, indexAtOnce); err != nil {
			return fmt.Errorf("store: clean: %w", err)
		}
	}
	err := l.File.Write(ctx, func(tx *rows.Tx) error {
		// A deleted term stays in the index's pages until they are merged.
		return tx.Exec(`INSERT INTO find (find) VALUES ('optimize')`)
	})
	if err == nil {
		_, err = l.File.Smooth(ctx)
	}
	for range scrubTries {
		if err == nil {
			err = l.File.Scrub(ctx)
		}
		if !errors.Is(err, rows.ErrBusy) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("store: clean: %w", err)
	}
	return nil
}

// gone are the rows that head office ordered erased: nothing of theirs is kept
// or shown any more, from wherever it comes. Guarded by Store.mu.
type gone struct {
	known map[key]bool
	fresh []key // of the transaction under way: known only if it succeeds
	back  []key // likewise, known no more
}

func loadGone(tx *rows.Tx) (gone, error) {
	g := gone{known: map[key]bool{}}
	err := tx.Query(`SELECT kind, row_id FROM erased`, func(s *rows.Stmt) error {
		g.known[key{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))}] = true
		return nil
	})
	return g, err
}

func (g *gone) has(kind uint8, id crdt.ID) bool { return g.known[key{kind, id}] }

// settle ends a transaction: what is new in it stays only if it succeeded.
func (g *gone) settle(err error) {
	if err != nil {
		for _, k := range g.fresh {
			delete(g.known, k)
		}
		for _, k := range g.back {
			g.known[k] = true
		}
	}
	g.fresh, g.back = nil, nil
}

// takes reports whether an op is about a row that is gone, or makes one that
// belongs to such a row; then that one is gone, too. has tells what is gone of what
// its change names.
func (g *gone) takes(tx *rows.Tx, schema *crdt.Schema, op *crdt.Op, has func(kind uint8, id crdt.ID) bool) (bool, error) {
	if !names(schema, op, has) {
		return false, nil
	}
	return true, g.add(tx, key{op.Kind, op.ID})
}

// names reports whether an op is about a row that is gone, or makes one that belongs
// to such a row.
func names(schema *crdt.Schema, op *crdt.Op, has func(kind uint8, id crdt.ID) bool) bool {
	if has(op.Kind, op.ID) {
		return true
	}
	kind := schema.Kind(op.Kind)
	get := func(field uint8) crdt.Value {
		for i := range op.Set {
			if op.Set[i].Field == field {
				return op.Set[i].Value
			}
		}
		return crdt.Value{}
	}
	return kind != nil && crm.Belongs(kind, get, has)
}

func (g *gone) add(tx *rows.Tx, k key) error {
	if g.known[k] {
		return nil
	}
	g.known[k], g.fresh = true, append(g.fresh, k)
	return tx.Exec(`INSERT OR IGNORE INTO erased (kind, row_id) VALUES (?1, ?2)`, int64(k.kind), int64(k.id))
}

// erased carries out an order of erasure that came with the feed, in the
// transaction that takes its row: rows, history, copies of neighbours' work and
// local things go. The receipt follows when the disk is clean.
func (s *Store) erased(tx *rows.Tx, order *crdt.Row, touched []crdt.ID) ([]crdt.ID, error) {
	from := len(s.gone.fresh)
	var list []key
	for kind, id := range crm.Erases(order) {
		list = append(list, key{kind, id})
	}
	for _, k := range list {
		if err := s.gone.add(tx, k); err != nil {
			return touched, err
		}
	}
	if err := s.closure(tx, list); err != nil {
		return touched, err
	}
	if len(s.gone.fresh) > from {
		if err := s.eraseHistory(tx); err != nil {
			return touched, err
		}
	}
	party := order.Get(crm.ErasureParty).ID()
	if err := s.blankRefusal(tx, `instr(typed, '=' || ?1 || char(10))>0`, int64(party)); err != nil {
		return touched, err
	}
	var ids []crdt.ID
	for _, k := range slices.Concat(list, s.gone.fresh[from:]) {
		err := s.blankRefusal(tx, `kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id))
		if err != nil {
			return touched, err
		}
		if touched, err = s.dropErased(tx, k, touched); err != nil {
			return touched, err
		}
		if err := forgetKept(tx, `id IN (SELECT page FROM kept_row WHERE kind=?1 AND row_id=?2)`, int64(k.kind), int64(k.id)); err != nil {
			return touched, err
		}
		ids = append(ids, k.id)
	}
	if err := s.EraseLocal(tx, ids); err != nil || order.Get(crm.ErasureLast).IsNull() {
		return touched, err
	}
	return touched, s.OrderPurge(tx, wire.Receipt{Why: wire.WhyErased, Kind: crm.Party,
		Row: party, N: order.Get(crm.ErasureOrdered).I})
}

func (s *Store) dropErased(tx *rows.Tx, k key, touched []crdt.ID) ([]crdt.ID, error) {
	old, err := tx.Get(k.kind, k.id)
	if err != nil || old == nil {
		return touched, err
	}
	if err := tx.Swap(old, nil, s.ScopeOf(k.kind)); err != nil {
		return touched, err
	}
	return s.Touch(tx, old, touched)
}

// closure makes gone what is here and hangs on what is gone, though head office
// may not know of it yet.
func (s *Store) closure(tx *rows.Tx, list []key) error {
	for i := 0; i < len(list); i++ {
		for _, tie := range crm.Below(s.File.Schema(), list[i].kind) {
			found, err := tx.Hanging(tie.Kind, tie.Field, list[i].id)
			if err != nil {
				return err
			}
			for _, id := range found {
				k := key{tie.Kind.Num, id}
				if s.gone.known[k] || s.overlay.restsOn(s.Origin(), k, list[i].id.Origin()) {
					continue
				}
				list = append(list, k)
				if err := s.gone.add(tx, k); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// eraseHistory erases the bodies of own changes and of neighbours' that are
// about what is gone; their chains still verify. What may be about a copy's customer
// is spared until head office has it.
func (s *Store) eraseHistory(tx *rows.Tx) (err error) {
	spared := false
	for _, table := range []rows.Bodies{rows.OwnJournal, rows.FormerJournal, neighbourJournal} {
		hit, eerr := tx.Erase(table, func(id rows.ChangeID, bodies []journal.Body) int {
			has, waits, herr := s.meant(tx, id, bodies)
			spared, err = spared || waits, errors.Join(err, herr)
			return journal.Erase(bodies, func(op *crdt.Op) bool {
				takes, terr := s.gone.takes(tx, s.File.Held(), op, has)
				err = errors.Join(err, terr)
				return takes
			})
		})
		if eerr != nil {
			return eerr
		}
		for _, h := range hit {
			if h.Origin == 0 {
				h.Origin = s.Origin()
			}
			err = errors.Join(err, s.blankRefusal(tx, `origin=?1 AND seq=?2`, int64(h.Origin), int64(h.Seq)))
		}
	}
	return errors.Join(err, tx.SetFact(factSpared, int64(flag(spared))))
}

// blankRefusal forgets what was typed in changes that were refused; central's
// own word of it follows with the feed.
func (s *Store) blankRefusal(tx *rows.Tx, where string, args ...any) error {
	var found []*rows.Stored
	err := tx.Rows(crm.Refusal, where+` AND typed IS NOT NULL`, func(r *rows.Stored) error {
		found = append(found, r)
		return nil
	}, args...)
	for _, old := range found {
		next := *old
		next.Fields = slices.Clone(old.Fields)
		next.Fields[crm.RefusalTyped] = crdt.Value{}
		err = errors.Join(err, tx.Swap(old, &next, s.ScopeOf(crm.Refusal)))
	}
	return err
}

// eraseArriving erases in a change of a neighbour, before it is kept, what is
// about rows that are gone.
func (s *Store) eraseArriving(tx *rows.Tx, c *journal.Change) (err error) {
	if len(s.gone.known) == 0 {
		return nil
	}
	has := s.gone.besides(restsOn(c.Bodies))
	journal.Erase(c.Bodies, func(op *crdt.Op) bool {
		takes, terr := s.gone.takes(tx, s.File.Held(), op, has)
		err = errors.Join(err, terr)
		return takes
	})
	return err
}

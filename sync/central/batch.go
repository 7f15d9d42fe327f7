package central

import (
	"cmp"
	"slices"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

type key struct {
	kind uint8
	id   crdt.ID
}

// entry is a row that a batch reads or writes.
type entry struct {
	old, cur *rows.Stored
	was      []int64 // scopes that held it before the batch
	touched  bool    // it gets a new number
	first    bool    // it is numbered before the others
	void     []int64 // scopes that must hear that there is no such row, unless they hold it
}

// Batch is one transaction of central: rows merged in memory, written and
// numbered at its end, sorted.
type Batch struct {
	Tx        *rows.Tx
	c         *Central
	rows      map[key]*entry
	members   map[key][]int64
	joining   map[key][]key         // joining rows of this batch, by their roots
	unsettled map[key]bool          // roots whose scopes may have to change
	links     map[link]journal.Hash // of the changes it took
	erased    erased                // rows ordered away in this transaction

	deciding crdt.ID                     // the held change that is judged again
	waits    map[crdt.ID]*journal.Change // held in this transaction
	news     []key                       // rows that what is held may have waited for
}

// link names a change.
type link struct {
	origin crdt.Origin
	seq    uint64
}

func newBatch(c *Central, tx *rows.Tx) *Batch {
	return &Batch{Tx: tx, c: c, rows: map[key]*entry{}, members: map[key][]int64{}, joining: map[key][]key{}, unsettled: map[key]bool{}, links: map[link]journal.Hash{}, waits: map[crdt.ID]*journal.Change{}}
}

// Get reads a row as merged so far; nil when there is none.
func (b *Batch) Get(kind uint8, id crdt.ID) (*rows.Stored, error) {
	e, err := b.load(key{kind, id})
	if err != nil {
		return nil, err
	}
	return e.cur, nil
}

// NowMS is central's time, ms UTC.
func (b *Batch) NowMS() int64 { return b.c.o.NowMS() }

func (b *Batch) load(k key) (*entry, error) {
	if e := b.rows[k]; e != nil {
		return e, nil
	}
	old, err := b.Tx.Get(k.kind, k.id)
	if err != nil {
		return nil, err
	}
	e := &entry{old: old, cur: old}
	if old != nil {
		if e.was, err = b.scopesOf(old); err != nil {
			return nil, err
		}
	}
	b.rows[k] = e
	return e, nil
}

// merge writes op into its row.
func (b *Batch) merge(op *crdt.Op, w crdt.Written) error {
	k := key{op.Kind, op.ID}
	e, err := b.load(k)
	if err != nil {
		return err
	}
	if e.cur == nil {
		b.isNews(k)
	}
	e.cur = rows.Merge(b.c.File.Held(), e.cur, op, w)
	e.touched = true
	b.follow(k, e)
	return nil
}

// Write merges an op of central itself that stands in no journal: of rows that
// only tell what central did.
func (b *Batch) Write(op *crdt.Op) error {
	return b.merge(op, crdt.Written{Stamp: b.c.author.Clock.Now(b.c.o.NowMS())})
}

// remove takes a row away: every scope that holds it hears so.
func (b *Batch) remove(k key) error {
	e, err := b.load(k)
	if err != nil {
		return err
	}
	e.cur, e.touched = nil, true
	b.follow(k, e)
	return nil
}

// answer makes a row that a change touched, taken or refused, go out again.
// Where the scope of the author does not hold it (it left, or there is none),
// the scope hears so: the author's node has it.
func (b *Batch) answer(k key, scope int64) error {
	if b.c.File.Held().Kind(k.kind).Nowhere() {
		return nil // no workstation has it in its rows
	}
	e, err := b.load(k)
	if err != nil {
		return err
	}
	e.touched, e.void = true, union(e.void, []int64{scope})
	return nil
}

// Void reports whether the making of a row was refused, or it was taken back: it
// will never be.
func (b *Batch) Void(kind uint8, id crdt.ID) (void bool, err error) {
	e, err := b.load(key{kind, id})
	if err != nil || e.cur != nil {
		return false, err
	}
	_, void, err = b.Tx.Int(`SELECT 1 FROM unmade WHERE kind=?1 AND row_id=?2`, int64(kind), int64(id))
	return void, err
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// flush writes and numbers what was touched.
func (b *Batch) flush() (scopes []int64, roots []crdt.ID, err error) {
	if err := b.fulfil(); err != nil {
		return nil, nil, err
	}
	var keys []key
	for k, e := range b.rows {
		if e.touched {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, nil, nil
	}
	slices.SortFunc(keys, func(x, y key) int {
		return cmp.Or(bit(b.rows[y].first)-bit(b.rows[x].first), cmp.Compare(x.kind, y.kind), cmp.Compare(x.id, y.id))
	})
	last := map[int64]int64{}
	for _, k := range keys {
		in, err := b.number(k, b.rows[k])
		if err != nil {
			return nil, nil, err
		}
		for _, scope := range in {
			last[scope] = b.c.number
		}
		roots = b.rootsOf(k, b.rows[k], roots)
	}
	for scope, n := range last {
		sc, err := b.Tx.Scope(scope)
		if err != nil {
			return nil, nil, err
		}
		sc.Feed, sc.Epoch = n, b.c.epoch
		if err := b.Tx.SetScope(sc); err != nil {
			return nil, nil, err
		}
		scopes = append(scopes, scope)
	}
	if err := b.c.author.KeepClock(b.Tx); err != nil {
		return nil, nil, err
	}
	return scopes, roots, b.Tx.SetFact(factNumber, b.c.number)
}

// number gives a row its number, in every scope that holds it or must hear
// that it does not, and writes it.
func (b *Batch) number(k key, e *entry) (told []int64, err error) {
	var in []int64
	if e.cur != nil {
		if in, err = b.scopesOf(e.cur); err != nil {
			return nil, err
		}
	}
	left := without(union(e.void, e.was), in)
	told = union(in, left)
	if err := b.unfeed(k, e, told); err != nil {
		return nil, err
	}
	b.c.number++
	for _, scope := range told {
		if err := b.feed(k, scope, slices.Contains(left, scope)); err != nil {
			return nil, err
		}
	}
	if b.c.roots[k.kind] {
		if err := b.passed(k, e, in); err != nil {
			return nil, err
		}
	}
	return told, b.store(e, in)
}

func (b *Batch) store(e *entry, in []int64) error {
	was := e.old.Digest()
	for _, scope := range e.was {
		b.Tx.Count(scope, crdt.Digest{}, was)
	}
	if e.cur == nil {
		if err := b.Tx.Swap(e.old, nil); err != nil || e.old == nil {
			return err
		}
		if k := b.c.File.Held().Kind(e.old.Kind); !k.CentralOnly {
			if err := b.unmake(key{e.old.Kind, e.old.ID}); err != nil {
				return err
			}
		}
		if b.c.o.Touch == nil {
			return nil
		}
		return b.c.o.Touch(b.Tx, e.old)
	}
	e.cur.N = b.c.number
	is := e.cur.Digest()
	for _, scope := range in {
		b.Tx.Count(scope, is, crdt.Digest{})
	}
	if err := b.Tx.Swap(e.old, e.cur); err != nil {
		return err
	}
	if b.c.o.Touch != nil {
		return b.c.o.Touch(b.Tx, e.cur)
	}
	return nil
}

// rootsOf adds the root rows that a row hangs on, or itself.
func (b *Batch) rootsOf(k key, e *entry, to []crdt.ID) []crdt.ID {
	row := cmp.Or(e.cur, e.old)
	if row == nil {
		return to
	}
	if b.c.roots[k.kind] {
		return append(to, k.id)
	}
	for _, f := range b.c.File.Held().Kind(k.kind).Scope.Roots {
		if v := row.Get(f); !v.IsNull() {
			to = append(to, v.ID())
		}
	}
	return to
}

// Schema is the table of kinds that this release knows.
func (b *Batch) Schema() *crdt.Schema { return b.c.o.Schema }

// passed gives the orders that follow from where a root row is held now: where
// it left, it has to go from the disks; where it came, it may stay.
func (b *Batch) passed(k key, e *entry, in []int64) error {
	for _, scope := range without(e.was, in) {
		if err := b.OrderPurge(wire.WhyLeft, RowID{k.kind, k.id}, scope, b.c.number); err != nil {
			return err
		}
	}
	if e.old == nil {
		return nil
	}
	for _, scope := range without(in, e.was) {
		if err := b.recallPurge(RowID{k.kind, k.id}, scope); err != nil {
			return err
		}
	}
	return nil
}

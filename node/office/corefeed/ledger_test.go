package corefeed

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed/mapping"
)

// memory is a Ledger over maps: rows merge as they do everywhere.
type memory struct {
	t       testing.TB
	schema  *crdt.Schema
	clock   crdt.Clock
	ms      int64
	counter uint32
	rows    map[RowID]*crdt.Row
	batches []storedBatch
	work    map[crdt.ID]int
	keyed   int // calls
}

type storedBatch struct {
	id     crdt.ID
	record []byte
	ops    int
	who    Approval
	job    int64
	undone bool
}

func newMemory(t testing.TB) *memory {
	return &memory{
		t: t, schema: crm.Table(), clock: crdt.Clock{Origin: 7}, ms: 1_000_000,
		rows: map[RowID]*crdt.Row{}, work: map[crdt.ID]int{},
	}
}

func (m *memory) Keyed(kind uint8) (map[string]*crdt.Row, error) {
	m.keyed++
	k := m.schema.Kind(kind)
	out := map[string]*crdt.Row{}
	for id, row := range m.rows {
		if id.Kind == kind {
			if key := row.Get(mapping.KeyField(k)); !key.IsNull() {
				out[key.S] = row
			}
		}
	}
	return out, nil
}

func (m *memory) Mint() (crdt.ID, error) {
	m.counter++
	return crdt.MakeID(7, m.counter), nil
}

func (m *memory) apply(ops []crdt.Op) {
	m.ms++
	w := crdt.Written{Stamp: m.clock.Now(m.ms), By: crdt.MakeID(7, 1)}
	for i := range ops {
		op := &ops[i]
		if err := op.Check(); err != nil {
			m.t.Fatalf("op %d: %v", i, err)
		}
		id := RowID{op.Kind, op.ID}
		if m.rows[id] == nil {
			m.rows[id] = &crdt.Row{Kind: op.Kind, ID: op.ID}
		}
		k := m.schema.Kind(op.Kind)
		for _, f := range op.Set {
			if ref := k.Field(f.Field).Ref; ref != 0 && !f.Value.IsNull() && m.rows[RowID{ref, f.Value.ID()}] == nil {
				m.t.Fatalf("op %d: %s.%s refers to a row that is not there", i, k.Name, k.Field(f.Field).Name)
			}
		}
		if e := m.rows[id].Merge(k, op, w); len(e.Opened) > 0 {
			m.t.Fatalf("op %d: a feed opened a conflict: %+v", i, e.Opened)
		}
	}
}

func (m *memory) Commit(b Batch) (crdt.ID, error) {
	if latest, _, _ := m.LatestBatch(); latest != b.After {
		return 0, ErrStale
	}
	m.apply(b.Ops)
	id, _ := m.Mint()
	m.batches = append(m.batches, storedBatch{id: id, record: b.Record, ops: len(b.Ops), who: b.Who, job: b.Job})
	return id, nil
}

func (m *memory) LatestBatch() (crdt.ID, [][]byte, error) {
	for i := len(m.batches) - 1; i >= 0; i-- {
		if b := m.batches[i]; !b.undone {
			var records [][]byte
			for _, part := range m.batches {
				if !part.undone && (part.id == b.id || b.job != 0 && part.job == b.job) {
					records = append(records, part.record)
				}
			}
			return b.id, records, nil
		}
	}
	return 0, nil, nil
}

func (m *memory) BranchWork(_ uint8, ids []crdt.ID) (map[crdt.ID]int, error) {
	out := map[crdt.ID]int{}
	for _, id := range ids {
		if n := m.work[id]; n > 0 {
			out[id] = n
		}
	}
	return out, nil
}

func (m *memory) Undo(u Undoing) error {
	if latest, _, _ := m.LatestBatch(); latest != u.Batch {
		return ErrStale
	}
	m.apply(u.Restore)
	for _, r := range u.Remove {
		if m.rows[r] == nil {
			m.t.Fatalf("removes a row that is not there: %+v", r)
		}
		delete(m.rows, r)
	}
	if u.More {
		return nil
	}
	job := m.batches[len(m.batches)-1].job
	for i := range m.batches {
		b := &m.batches[i]
		b.undone = b.undone || b.id == u.Batch || job != 0 && b.job == job
	}
	return nil
}

// values is what all rows hold, without clocks, to compare before and after.
func (m *memory) values() map[RowID][]crdt.Value {
	out := map[RowID][]crdt.Value{}
	for id, row := range m.rows {
		fields := append([]crdt.Value{}, row.Fields...)
		for len(fields) > 0 && fields[len(fields)-1].IsNull() {
			fields = fields[:len(fields)-1]
		}
		out[id] = fields
	}
	return out
}

// row finds a row by key.
func (m *memory) row(kind uint8, key string) *crdt.Row {
	m.t.Helper()
	rows, _ := m.Keyed(kind)
	if rows[key] == nil {
		m.t.Fatalf("%s %q is not there", m.schema.Kind(kind).Name, key)
	}
	return rows[key]
}

func (m *memory) count(kind uint8) int {
	rows, _ := m.Keyed(kind)
	return len(rows)
}

func (m *memory) keyOf(kind uint8, id crdt.ID) string {
	if row := m.rows[RowID{kind, id}]; row != nil {
		return row.Get(mapping.KeyField(m.schema.Kind(kind))).S
	}
	return ""
}

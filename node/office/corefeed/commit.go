package corefeed

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"bough/crdt"
)

// Commit writes the plan as one batch and returns its id. Nothing is written
// where it fails with ErrNothing, ErrNeedsSecond, ErrSamePerson or ErrStale.
func (p *Plan) Commit(ledger Ledger, who Approval) (crdt.ID, error) {
	switch {
	case p.Empty():
		return 0, ErrNothing
	case who.ApprovedBy != 0 && who.ApprovedBy == who.By:
		return 0, ErrSamePerson
	case p.NeedsSecond && who.ApprovedBy == 0:
		return 0, ErrNeedsSecond
	}
	after, _, err := ledger.LatestBatch()
	if err != nil {
		return 0, fmt.Errorf("corefeed: commit %s: read the latest batch: %w", p.Name, err)
	}
	if after != p.after {
		return 0, ErrStale
	}
	batch, err := p.batch(ledger)
	if err != nil {
		return 0, fmt.Errorf("corefeed: commit %s: %w", p.Name, err)
	}
	batch.Who = who
	id, err := ledger.Commit(batch)
	if err != nil {
		return 0, fmt.Errorf("corefeed: commit %s: %w", p.Name, err)
	}
	return id, nil
}

// batch mints ids for the new rows and makes ops and record. Changes stand in
// the order of kinds, so that a row has its id before others refer to it.
func (p *Plan) batch(ledger Ledger) (Batch, error) {
	b := Batch{After: p.after, Ops: make([]crdt.Op, 0, len(p.changes))}
	minted := map[uint8]map[string]crdt.ID{}
	log := batchLog{Name: p.Name, Date: p.Date, Files: p.Files}
	for i := range p.changes {
		c := &p.changes[i]
		id := c.id
		if id == 0 {
			var err error
			if id, err = ledger.Mint(); err != nil {
				return Batch{}, fmt.Errorf("mint an id: %w", err)
			}
			if minted[c.kind] == nil {
				minted[c.kind] = map[string]crdt.ID{}
			}
			minted[c.kind][c.key] = id
		}
		op, err := c.op(id, minted)
		if err != nil {
			return Batch{}, err
		}
		b.Ops = append(b.Ops, op)
		log.add(c, &op)
	}
	b.Record = log.append(nil)
	return b, nil
}

func (c *change) op(id crdt.ID, minted map[uint8]map[string]crdt.ID) (crdt.Op, error) {
	op := crdt.Op{Kind: c.kind, ID: id, Set: make([]crdt.FieldSet, 0, len(c.sets))}
	for _, s := range c.sets {
		f := crdt.FieldSet{Field: s.field, Value: s.value}
		if s.ref != "" {
			f.Value = crdt.RefValue(minted[s.kind][s.ref])
		}
		if !s.saw.IsZero() {
			f.Saw = []crdt.Stamp{s.saw}
		}
		op.Set = append(op.Set, f)
	}
	if err := op.Check(); err != nil {
		return crdt.Op{}, fmt.Errorf("kind %d, key %q: %w", c.kind, c.key, err)
	}
	return op, nil
}

// Fingerprint names what the plan would write, so that a second person approves
// what the first one saw: 32 hex digits.
func (p *Plan) Fingerprint() string {
	h := sha256.New()
	var b []byte
	for i := range p.changes {
		c := &p.changes[i]
		b = append(b[:0], c.kind)
		b = crdt.AppendValue(b, crdt.TextValue(c.key))
		b = binary.AppendUvarint(b, uint64(len(c.sets)))
		for _, s := range c.sets {
			b = append(b, s.field, s.kind)
			b = crdt.AppendValue(b, s.value)
			b = crdt.AppendValue(b, crdt.TextValue(s.ref))
			b = crdt.AppendValue(b, s.before)
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

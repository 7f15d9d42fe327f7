package corefeed

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"bough/crdt"
)

// Commit writes the plan as one batch, all or nothing, and returns its id.
// Nothing is written where it fails with ErrNothing, ErrNeedsSecond,
// ErrSamePerson or ErrStale.
func (p *Plan) Commit(ledger Ledger, who Approval) (crdt.ID, error) {
	return p.CommitParts(ledger, who, Parts{Rows: len(p.changes)})
}

// Parts says how a plan is written in several transactions, so that others get
// their turn and that whoever is killed goes on: the same feed, planned again,
// holds what is missing.
type Parts struct {
	Job  int64                       // of which all of it is one batch
	Rows int                         // of a part, at most
	Told func(done, total int) error // after each part, rows; an error stops; may be nil
}

// CommitParts writes the plan part after part and returns the id of the last
// one. What was written before an error stays, and is undone with the batch.
func (p *Plan) CommitParts(ledger Ledger, who Approval, parts Parts) (crdt.ID, error) {
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
	minted := map[uint8]map[string]crdt.ID{}
	for done := 0; done < len(p.changes); {
		n := min(parts.Rows, len(p.changes)-done)
		batch, err := p.batch(ledger, p.changes[done:done+n], minted)
		if err != nil {
			return 0, fmt.Errorf("corefeed: commit %s: %w", p.Name, err)
		}
		batch.Who, batch.Job, batch.After = who, parts.Job, after
		if after, err = ledger.Commit(batch); err != nil {
			return 0, fmt.Errorf("corefeed: commit %s: %w", p.Name, err)
		}
		done += n
		if parts.Told == nil {
			continue
		}
		if err := parts.Told(done, len(p.changes)); err != nil {
			return 0, err
		}
	}
	return after, nil
}

// batch mints ids for the new rows and makes ops and record. Changes stand in
// the order of kinds, so that a row has its id before others refer to it.
func (p *Plan) batch(ledger Ledger, changes []change, minted map[uint8]map[string]crdt.ID) (Batch, error) {
	b := Batch{Ops: make([]crdt.Op, 0, len(changes))}
	log := batchLog{Name: p.Name, Date: p.Date, Files: p.Files}
	for i := range changes {
		c := &changes[i]
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

package plant

import (
	"context"
	"fmt"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/sim/bank"
	"bough/sync/rows"
)

const (
	actsAtOnce = 4000           // a transaction: some 20,000 rows, some 20 MB
	beforeMS   = 60 * 60 * 1000 // the office opens an hour before the first act
)

// Planted tells where the bank's rows went.
type Planted struct {
	ids []crdt.ID // by provisional id
}

// ID is the id that a row got for its provisional one; 0 for one that the bank
// does not have.
func (p *Planted) ID(provisional crdt.ID) crdt.ID {
	if provisional <= 0 || int(provisional) >= len(p.ids) {
		return 0
	}
	return p.ids[provisional]
}

// Since is the instant, ms UTC, that the office's clock has to show until the
// bank stands.
func Since(b *bank.Bank) int64 {
	if len(b.Acts) == 0 {
		return b.Options.NowMS
	}
	return b.Acts[0].AtMS - beforeMS
}

// Bank plants b into f, which must be fresh.
func Bank(ctx context.Context, f *office.Office, b *bank.Bank) (*Planted, error) {
	p := &Planted{ids: make([]crdt.ID, b.LastID+1)}
	for _, br := range b.Branches {
		if err := f.AddBranch(ctx, rows.Actor{}, br.Number, br.Name, place(br)...); err != nil {
			return nil, fmt.Errorf("plant: branch %d: %w", br.Number, err)
		}
	}
	logins := map[string]crdt.ID{}
	for _, who := range b.People {
		id, err := f.AddPerson(ctx, rows.Actor{}, office.NewPerson{Login: who.Login, Name: who.Name, Role: who.Role, Branch: who.Branch, Password: who.Password})
		if err != nil {
			return nil, fmt.Errorf("plant: %w", err)
		}
		p.ids[who.ID], logins[who.Login] = id, id
	}
	if err := p.mint(ctx, f, len(b.People)); err != nil {
		return nil, err
	}
	return p, p.acts(ctx, f, b.Acts, logins)
}

func place(br bank.Branch) (out []crdt.FieldSet) {
	for _, f := range []struct {
		field uint8
		text  string
	}{{crm.BranchRegion, br.Region}, {crm.BranchTimeZone, br.TimeZone}} {
		if f.text != "" {
			out = append(out, crdt.FieldSet{Field: f.field, Value: crdt.TextValue(f.text)})
		}
	}
	return out
}

// mint makes ids for all rows after those of people.
func (p *Planted) mint(ctx context.Context, f *office.Office, people int) error {
	ids, err := f.Central.MintMany(ctx, len(p.ids)-1-people)
	if err != nil {
		return fmt.Errorf("plant: %w", err)
	}
	copy(p.ids[people+1:], ids)
	return nil
}

func (p *Planted) acts(ctx context.Context, f *office.Office, acts []bank.Act, logins map[string]crdt.ID) error {
	schema := crm.Table()
	for len(acts) > 0 {
		n := min(len(acts), actsAtOnce)
		batch := make([]office.Past, n)
		for i, a := range acts[:n] {
			batch[i] = office.Past{AtMS: a.AtMS, By: logins[a.By], Blind: a.Blind, Ops: make([]crdt.Op, len(a.Ops))}
			for j, op := range a.Ops {
				var err error
				if batch[i].Ops[j], err = bank.Remap(schema, op, p.ID); err != nil {
					return fmt.Errorf("plant: %w", err)
				}
			}
		}
		if err := f.Plant(ctx, batch); err != nil {
			return fmt.Errorf("plant: %w", err)
		}
		acts = acts[n:]
	}
	return nil
}

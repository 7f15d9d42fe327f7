package office

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"bough/crdt"
	"bough/sync/central"
	"bough/sync/rows"
)

// MaxWhy is how long the reason of a decision may be, bytes: a few sentences.
const MaxWhy = 2000

// ErrWhy is a decision without a reason, or with too long a one.
var ErrWhy = errors.New("office: a decision about a held change needs a reason of 1 to 2,000 bytes")

// Verdict is what somebody at head office decides about a change that central
// holds: the row that told of it keeps who, when and why.
type Verdict struct {
	Apply bool
	// Mine: the one who decides answers for the change, not its author.
	Mine bool
	Why  string
}

// Decide applies or drops a held change, with what rests on it. ErrWhy,
// central.ErrDecided and central.ErrStuck are for whoever decides.
func (f *Office) Decide(ctx context.Context, who rows.Actor, id crdt.ID, v Verdict) error {
	v.Why = strings.TrimSpace(v.Why)
	if v.Why == "" || len(v.Why) > MaxWhy {
		return ErrWhy
	}
	d := central.Decision{Apply: v.Apply, By: who.Person, Why: v.Why}
	if v.Mine {
		d.As = who.Person
	}
	if err := f.Central.Decide(ctx, id, d); err != nil {
		return fmt.Errorf("office: decide on a held change: %w", err)
	}
	return nil
}

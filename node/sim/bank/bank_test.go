package bank

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
)

// hash covers every byte of a bank.
func hash(b *Bank) string {
	h := sha256.New()
	var buf []byte
	for _, p := range b.People {
		h.Write([]byte(p.Login + p.Name + p.Role + p.Password))
	}
	for _, a := range b.Acts {
		buf = binary.BigEndian.AppendUint64(buf[:0], uint64(a.AtMS))
		buf = append(buf, a.By...)
		buf = binary.AppendVarint(buf, a.Branch)
		for i := range a.Ops {
			buf = a.Ops[i].Append(buf)
		}
		h.Write(buf)
	}
	for _, l := range b.Highlights {
		h.Write([]byte(l.Name))
		for _, id := range l.IDs {
			h.Write([]byte(id.String()))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// banks are of several seeds, sizes and moments: a weekday afternoon, a Sunday,
// minutes after opening, the end of a leap year.
func banks() map[string]Options {
	return map[string]Options{
		"default":  {Seed: 1, Customers: 600},
		"smallest": {Seed: 2, Customers: 1},
		"one":      {Seed: 3, Customers: 120, Branches: 1},
		"sunday":   {Seed: 4, Customers: 300, NowMS: 1775433600000},
		"morning":  {Seed: 5, Customers: 300, NowMS: 1784898300000, Years: 1},
		"leap":     {Seed: 6, Customers: 300, NowMS: 1861900000000, Years: 3},
		"many":     {Seed: 7, Customers: 900, Branches: 40},
		"alone":    {Seed: 8, Customers: 300, ForeignPercent: -1},
	}
}

func TestTheSameOptionsGiveTheSameBankAndAnotherSeedAnother(t *testing.T) {
	o := Options{Seed: 42, Customers: 200}
	first := hash(Generate(o))
	if again := hash(Generate(o)); again != first {
		t.Errorf("two banks of one seed differ: %s, %s", first, again)
	}
	o.Seed++
	if other := hash(Generate(o)); other == first {
		t.Error("seeds 42 and 43 give the same bank")
	}
}

// This is the bank that every platform must make.
func TestTheBankIsTheSameOnEveryPlatform(t *testing.T) {
	const golden = "8ed64f23cbe622faf294bffa8b978bf79856ae3f4e40fe32ae302e4bee8cde39"
	if got := hash(Generate(Options{Seed: 42, Customers: 200})); got != golden {
		t.Errorf("hash of the bank of seed 42 is %s, was %s: put the new one here if the change was meant", got, golden)
	}
}

func TestWalkAndGenerateMakeTheSameActs(t *testing.T) {
	o := Options{Seed: 9, Customers: 60}
	n := 0
	w := Walk(o, func(a Act) { n += len(a.Ops) })
	b := Generate(o)
	m := 0
	for _, a := range b.Acts {
		m += len(a.Ops)
	}
	if n != m || w.LastID != b.LastID || len(w.Acts) != 0 {
		t.Errorf("walk: %d ops, last id %v; generate: %d, %v", n, w.LastID, m, b.LastID)
	}
}

// reader follows a bank act by act and keeps the rows.
type reader struct {
	t      *testing.T
	b      *Bank
	schema *crdt.Schema
	kind   map[crdt.ID]uint8
	rows   map[crdt.ID]map[uint8]crdt.Value
	last   crdt.ID
}

func read(t *testing.T, o Options) *reader {
	t.Helper()
	r := &reader{t: t, b: Generate(o), schema: crm.Table(), kind: map[crdt.ID]uint8{}, rows: map[crdt.ID]map[uint8]crdt.Value{}}
	for i, p := range r.b.People {
		if p.ID != crdt.ID(i+1) {
			t.Fatalf("person %d has id %v", i, p.ID)
		}
		r.kind[p.ID] = crm.Person
	}
	r.last = crdt.ID(len(r.b.People))
	at := int64(0)
	for _, a := range r.b.Acts {
		if a.AtMS < at || a.AtMS > r.b.Options.NowMS {
			t.Fatalf("act at %d after one at %d, now %d", a.AtMS, at, r.b.Options.NowMS)
		}
		at = a.AtMS
		r.act(a)
	}
	if r.last != r.b.LastID {
		t.Errorf("last id is %v, LastID says %v", r.last, r.b.LastID)
	}
	return r
}

func (r *reader) act(a Act) {
	if len(a.Ops) == 0 || len(a.Ops) > MaxActOps {
		r.t.Fatalf("act at %d holds %d ops", a.AtMS, len(a.Ops))
	}
	var by *Person
	if a.By != "" {
		i := slices.IndexFunc(r.b.People, func(p Person) bool { return p.Login == a.By })
		if i < 0 || r.b.People[i].Branch != a.Branch {
			r.t.Fatalf("act by %q of branch %d", a.By, a.Branch)
		}
		by = &r.b.People[i]
	}
	for i := range a.Ops {
		r.op(&a, &a.Ops[i], by)
	}
}

func (r *reader) op(a *Act, op *crdt.Op, by *Person) {
	t := r.t
	if err := op.Check(); err != nil {
		t.Fatal(err)
	}
	k := r.schema.Kind(op.Kind)
	known, exists := r.kind[op.ID]
	switch {
	case exists && (known != op.Kind || k.Class == crdt.Event):
		t.Fatalf("%s %v is written again", k.Name, op.ID)
	case !exists && op.ID != r.last+1:
		t.Fatalf("%s has id %v after %v", k.Name, op.ID, r.last)
	case !exists:
		r.last = op.ID
		r.kind[op.ID] = op.Kind
		r.rows[op.ID] = map[uint8]crdt.Value{}
	}
	r.allowed(a, k, op, by, exists)
	for _, s := range op.Set {
		r.set(k, op, s)
		r.rows[op.ID][s.Field] = s.Value
	}
	happened := map[uint8]uint8{crm.Interaction: crm.InteractionHappened, crm.Consent: crm.ConsentHappened, crm.Case: crm.CaseHappened}[op.Kind]
	if a.AtMS < r.rows[op.ID][happened].I {
		t.Fatalf("%s %v happened after it was entered", k.Name, op.ID)
	}
}

// allowed holds an act against the owner of the fields and the grants.
func (r *reader) allowed(a *Act, k *crdt.Kind, op *crdt.Op, by *Person, exists bool) {
	if by == nil {
		return
	}
	act, ok := crm.ActOf(op.Kind, exists)
	if !ok || k.CentralOnly || !slices.Contains(crm.DefaultGrants(), crm.Grant{Role: by.Role, Act: act}) {
		r.t.Fatalf("%s (%s) wrote %s", by.Login, by.Role, k.Name)
	}
	for _, s := range op.Set {
		f := k.Field(s.Field)
		prospect := op.Kind == crm.Party && !exists
		if f.Owner == crdt.Core && (!prospect || s.Field != crm.PartyHome) || f.Owner == crdt.Guarded && !prospect {
			r.t.Fatalf("%s wrote %s.%s", by.Login, k.Name, f.Name)
		}
	}
}

func (r *reader) set(k *crdt.Kind, op *crdt.Op, s crdt.FieldSet) {
	f := k.Field(s.Field)
	if f == nil || s.Value.T != f.Type || len(s.Saw) != 0 {
		r.t.Fatalf("%s %v: bad field %d: %+v", k.Name, op.ID, s.Field, s.Value)
	}
	if f.Ref != 0 && (r.kind[s.Value.ID()] != f.Ref || s.Value.ID() == op.ID) {
		r.t.Fatalf("%s.%s of %v names %v, a row of kind %d", k.Name, f.Name, op.ID, s.Value.ID(), r.kind[s.Value.ID()])
	}
	if words := coded(op.Kind, s.Field); words != nil && !slices.Contains(words, s.Value.S) {
		r.t.Fatalf("%s.%s holds %q", k.Name, f.Name, s.Value.S)
	}
	if overrides(op.Kind, s.Field) {
		for _, part := range strings.Split(s.Value.S, ",") {
			id, err := crdt.ParseID(part)
			if err != nil || r.rows[id][crm.ConsentAct].S != "withdraw" {
				r.t.Fatalf("consent overrides %q", part)
			}
		}
	}
}

// coded are the words that a field may hold; nil for free text.
func coded(kind, field uint8) []string {
	return map[[2]uint8][]string{
		{crm.Party, crm.PartyType}:                crm.PartyTypes,
		{crm.Party, crm.PartyStatus}:              crm.PartyStatuses,
		{crm.Party, crm.PartySex}:                 {"f", "m"},
		{crm.Party, crm.PartyTier}:                {"A", "B", "C", "D"},
		{crm.Reach, crm.ReachChannel}:             crm.ReachChannels,
		{crm.Reach, crm.ReachLabel}:               crm.ReachLabels,
		{crm.Relation, crm.RelationType}:          crm.RelationTypes,
		{crm.Warning, crm.WarningLevel}:           crm.WarningLevels,
		{crm.Group, crm.GroupType}:                {"household", "group"},
		{crm.Membership, crm.MembershipRole}:      {"head", "partner", "child", "parent_company", "subsidiary", "member"},
		{crm.Interaction, crm.InteractionChannel}: crm.Channels,
		{crm.Interaction, crm.InteractionReason}:  crm.Reasons,
		{crm.Interaction, crm.InteractionOutcome}: crm.Outcomes,
		{crm.Consent, crm.ConsentPurpose}:         crm.Purposes,
		{crm.Consent, crm.ConsentChannel}:         crm.ConsentChannels,
		{crm.Consent, crm.ConsentAct}:             {"grant", "withdraw"},
		{crm.Task, crm.TaskType}:                  crm.TaskTypes,
		{crm.Task, crm.TaskState}:                 crm.TaskStates,
		{crm.Case, crm.CaseType}:                  crm.CaseTypes,
		{crm.Case, crm.CaseState}:                 crm.CaseStates,
		{crm.Holding, crm.HoldingType}:            {"current", "savings", "deposit", "credit_line", "mortgage", "loan"},
		{crm.Holding, crm.HoldingCurrency}:        {"USD", "CNY"},
		{crm.Role, crm.RoleRole}:                  crm.HoldingRoles,
		{crm.Loan, crm.LoanState}:                 {"running", "finished", "in_arrears", "defaulted"},
		{crm.Holding, crm.HoldingFrequency}:       {"monthly", "weekly", "after_transaction"},
	}[[2]uint8{kind, field}]
}

func BenchmarkWalk(b *testing.B) {
	for _, n := range []int{2000, 100_000} {
		b.Run(crdt.ID(n).String(), func(b *testing.B) {
			b.ReportAllocs()
			ops := 0
			for b.Loop() {
				ops = 0
				Walk(Options{Seed: 1, Customers: n}, func(a Act) { ops += len(a.Ops) })
			}
			b.ReportMetric(float64(ops), "rows")
		})
	}
}

func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Generate(Options{Seed: 1})
	}
}

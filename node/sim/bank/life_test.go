package bank

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/sim/bank/words"
)

func (r *reader) each(kind uint8, visit func(id crdt.ID, row map[uint8]crdt.Value)) {
	for id := crdt.ID(1); id <= r.last; id++ {
		if r.kind[id] == kind {
			visit(id, r.rows[id])
		}
	}
}

func TestEveryBankObeysTheTableAndItsReferences(t *testing.T) {
	for name, o := range banks() {
		t.Run(name, func(t *testing.T) {
			r := read(t, o)
			r.checkShares()
			r.checkParties()
			r.checkHoldings()
			r.checkHours()
			r.checkSituations()
		})
	}
}

func TestEveryPhoneCanBeDialledAndRingsNowhere(t *testing.T) {
	r := read(t, Options{Seed: 5, Customers: 300})
	fiction := regexp.MustCompile(`^\+(1\d{3}55501\d\d|86(10|2[128])90\d{6})$`)
	r.each(crm.Reach, func(id crdt.ID, row map[uint8]crdt.Value) {
		value := row[crm.ReachValue].S
		if row[crm.ReachChannel].S != "phone" {
			return
		}
		n, err := phonenumbers.Parse(value, "")
		if err != nil || !phonenumbers.IsValidNumber(n) || !fiction.MatchString(value) {
			t.Errorf("%v: %s, %v", id, value, err)
		}
	})
}

func TestEverySituationExistsWhateverTheSeedAndTheHour(t *testing.T) {
	for seed := range uint64(24) {
		o := Options{
			Seed: 1000 + seed, Customers: 40 + 4*int(seed), Branches: 1 + int(seed)%4,
			NowMS: DefaultNowMS + int64(seed)*7*hourMS, Years: 1 + int(seed)%3,
		}
		r := read(t, o)
		r.checkShares()
		r.checkParties()
		r.checkHoldings()
		r.checkHours()
		r.checkSituations()
		if t.Failed() {
			t.Fatalf("options %+v", o)
		}
	}
}

func (r *reader) checkShares() {
	sum := map[crdt.ID]int64{}
	r.each(crm.Relation, func(_ crdt.ID, row map[uint8]crdt.Value) {
		if row[crm.RelationType].S == "owner" {
			sum[row[crm.RelationTo].ID()] += row[crm.RelationShareBP].I
		}
		if row[crm.RelationFrom] == row[crm.RelationTo] {
			r.t.Errorf("somebody is related to themselves: %v", row)
		}
	})
	firms := 0
	r.each(crm.Party, func(id crdt.ID, row map[uint8]crdt.Value) {
		if row[crm.PartyType].S == "organisation" {
			firms++
			if sum[id] != 10_000 {
				r.t.Errorf("shares of firm %v sum to %d", id, sum[id])
			}
		}
	})
	if firms != len(sum) || firms == 0 {
		r.t.Errorf("%d firms, %d have owners", firms, len(sum))
	}
}

func (r *reader) checkParties() {
	holds := map[crdt.ID]int{}
	r.each(crm.Role, func(_ crdt.ID, row map[uint8]crdt.Value) {
		if row[crm.RoleRole].S == "owner" {
			holds[row[crm.RoleParty].ID()]++
		}
	})
	customers, today := 0, isoDate(int(r.b.Options.NowMS/dayMS))
	r.each(crm.Party, func(id crdt.ID, row map[uint8]crdt.Value) {
		r.checkDocument(row)
		switch status := row[crm.PartyStatus].S; {
		case status == "prospect" && holds[id] != 0, status != "prospect" && (holds[id] < 1 || holds[id] > maxHoldings):
			r.t.Errorf("a %s has %d holdings", status, holds[id])
		case status != "prospect":
			customers++
			if s := row[crm.PartySince].S; s < row[crm.PartyBirth].S || s > today {
				r.t.Errorf("born %s, customer since %s", row[crm.PartyBirth].S, s)
			}
		}
		if home := row[crm.PartyHome].I; home < 1 || home > int64(len(r.b.Branches)) || row[crm.PartyAddress].S == "" {
			r.t.Errorf("party %v: home %d, address %q", id, home, row[crm.PartyAddress].S)
		}
	})
	if customers != r.b.Options.Customers {
		r.t.Errorf("%d customers, want %d", customers, r.b.Options.Customers)
	}
}

// checkDocument computes check digits anew, by weights as the standards list them.
func (r *reader) checkDocument(row map[uint8]crdt.Value) {
	doc := row[crm.PartyDocument].S
	switch row[crm.PartyDocumentType].S {
	case "resident_id":
		sum := 0
		for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
			sum += int(doc[i]-'0') * weight
		}
		birth := strings.ReplaceAll(row[crm.PartyBirth].S, "-", "")
		man := (doc[16]-'0')%2 == 1
		if len(doc) != 18 || doc[17] != "10X98765432"[sum%11] || doc[6:14] != birth || man != (row[crm.PartySex].S == "m") {
			r.t.Errorf("resident id %s of %s, born %s, sex %s", doc, row[crm.PartyName].S, birth, row[crm.PartySex].S)
		}
	case "credit_code":
		sum := 0
		for i, weight := range []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} {
			sum += strings.IndexByte(usccDigits, doc[i]) * weight
		}
		if len(doc) != 18 || (sum+strings.IndexByte(usccDigits, doc[17]))%31 != 0 {
			r.t.Errorf("credit code %s", doc)
		}
	}
}

func TestCheckDigitsOfThePublishedExample(t *testing.T) {
	if got := residentCheck([]byte("11010519491231002")); got != 'X' {
		t.Errorf("check digit %c, the standard's example has X", got)
	}
}

func (r *reader) checkHoldings() {
	now := r.b.Options.NowMS
	fresh, total := 0, 0
	r.each(crm.Holding, func(id crdt.ID, row map[uint8]crdt.Value) {
		if row[crm.HoldingClosed].S != "" {
			return
		}
		total++
		asOf := row[crm.HoldingAsOf].I
		if asOf > now || asOf < now-12*dayMS || row[crm.HoldingOpened].S == "" {
			r.t.Errorf("holding %v: balance %d ms old", id, now-asOf)
		}
		if now-asOf <= 4*dayMS {
			fresh++
		}
	})
	if fresh*100 < total*85 {
		r.t.Errorf("%d of %d balances are fresh", fresh, total)
	}
	var last map[uint8]crdt.Value
	r.each(crm.Figure, func(_ crdt.ID, row map[uint8]crdt.Value) {
		if row[crm.FigureDebitMinor].I < 0 || row[crm.FigureBalanceMinor].I < 0 {
			r.t.Errorf("figure %v", row)
		}
		last = row
	})
	if last == nil {
		r.t.Log("no monthly figures")
	}
}

// checkHours: people talk to customers when the branch is open.
func (r *reader) checkHours() {
	authors := map[string]bool{}
	n := 0
	for _, a := range r.b.Acts {
		for i := range a.Ops {
			if a.Ops[i].Kind != crm.Interaction {
				continue
			}
			n++
			authors[a.By] = true
			happened := field(&a.Ops[i], crm.InteractionHappened).I
			z := zoneOf(r.b.Branches[a.Branch-1].TimeZone)
			day := z.day(happened)
			at := happened - z.midnight(day)
			if !isWorkday(day) || at < opensMS-openTalkMS || at > closesMS {
				r.t.Fatalf("interaction on weekday %d at %d ms", weekday(day), at)
			}
		}
	}
	if customers := r.b.Options.Customers; customers > 200 && (n < 7*customers || n > 13*customers) {
		r.t.Errorf("%d interactions of %d customers", n, customers)
	}
	if r.b.Options.Customers > 200 && len(authors) < len(r.b.People)-2 { // nobody at head office does
		r.t.Errorf("only %d of %d people wrote something", len(authors), len(r.b.People))
	}
}

func (r *reader) checkSituations() {
	names := []string{Duplicate, OverdueComplaint, OpenEnquiry, OpenPromise, OverduePromise, StopWarning, StaleBalance, AmberBalance, Withdrawn, Regranted, CommercialGroup, Household, Prospect, LongTimeline}
	if len(r.b.Branches) > 1 {
		names = append(names, Shared, DuplicateChinese)
	}
	for _, name := range names {
		ids := r.b.Find(name)
		if len(ids) == 0 {
			r.t.Errorf("no %s", name)
		}
		for _, id := range ids {
			if r.kind[id] != crm.Party {
				r.t.Errorf("%s names %v, which is no party", name, id)
			}
		}
	}
	r.checkShared()
	r.checkTwins()
	r.checkWork()
	r.checkBalances()
	r.checkConsents()
}

func (r *reader) checkShared() {
	if len(r.b.Branches) < 2 {
		return
	}
	at := map[crdt.ID][]int64{}
	r.each(crm.Role, func(_ crdt.ID, row map[uint8]crdt.Value) {
		p := row[crm.RoleParty].ID()
		at[p] = append(at[p], r.rows[row[crm.RoleHolding].ID()][crm.HoldingBranch].I)
	})
	ids := r.b.Find(Shared)
	if len(ids) < 6 {
		r.t.Errorf("%d shared customers", len(ids))
	}
	for _, id := range ids {
		if !slices.Contains(at[id], 1) || !slices.Contains(at[id], 2) {
			r.t.Errorf("%v is shown as shared, holds at %v", id, at[id])
		}
	}
}

func (r *reader) checkTwins() {
	for _, name := range []string{Duplicate, DuplicateChinese} {
		ids := r.b.Find(name)
		if len(ids) == 0 {
			continue
		}
		a, b := r.rows[ids[0]], r.rows[ids[1]]
		if len(ids) != 2 || a[crm.PartyName] == b[crm.PartyName] || a[crm.PartyBirth] != b[crm.PartyBirth] || len(r.b.Branches) > 1 && a[crm.PartyHome] == b[crm.PartyHome] {
			r.t.Errorf("%s: %v and %v", name, a, b)
		}
	}
}

func (r *reader) checkWork() {
	now := r.b.Options.NowMS
	soon, past := map[crdt.ID]int64{}, map[crdt.ID]bool{}
	r.each(crm.Task, func(_ crdt.ID, row map[uint8]crdt.Value) {
		if row[crm.TaskState].S != "open" {
			return
		}
		if due := row[crm.TaskDue].I; due < now {
			past[row[crm.TaskParty].ID()] = true
		} else if soon[row[crm.TaskParty].ID()] == 0 || due < soon[row[crm.TaskParty].ID()] {
			soon[row[crm.TaskParty].ID()] = due
		}
	})
	for _, id := range r.b.Find(OpenPromise) {
		if due := soon[id]; due == 0 || due > now+5*dayMS {
			r.t.Errorf("open promise of %v is due at %d, now %d", id, due, now)
		}
	}
	for _, id := range r.b.Find(OverduePromise) {
		if !past[id] {
			r.t.Errorf("%v has no overdue promise", id)
		}
	}
	cases := map[string]map[crdt.ID]bool{"overdue": {}, "open": {}, "resolved": {}}
	r.each(crm.Case, func(id crdt.ID, row map[uint8]crdt.Value) {
		state := row[crm.CaseState].S
		if state != "resolved" && row[crm.CaseDue].I < now {
			state = "overdue"
		}
		if cases[state] != nil {
			cases[state][row[crm.CaseParty].ID()] = true
		}
	})
	for name, state := range map[string]string{OverdueComplaint: "overdue", OpenEnquiry: "open"} {
		for _, id := range r.b.Find(name) {
			if !cases[state][id] {
				r.t.Errorf("%s: %v has no such case", name, id)
			}
		}
	}
}

func (r *reader) checkBalances() {
	age := map[crdt.ID]int64{}
	r.each(crm.Role, func(_ crdt.ID, row map[uint8]crdt.Value) {
		p, h := row[crm.RoleParty].ID(), r.rows[row[crm.RoleHolding].ID()]
		age[p] = max(age[p], r.b.Options.NowMS-h[crm.HoldingAsOf].I)
	})
	for name, least := range map[string]int64{StaleBalance: 4 * dayMS, AmberBalance: 2 * dayMS} {
		for _, id := range r.b.Find(name) {
			if age[id] < least {
				r.t.Errorf("%s: oldest balance of %v is %d ms old", name, id, age[id])
			}
		}
	}
	stopped := map[crdt.ID]bool{}
	r.each(crm.Warning, func(_ crdt.ID, row map[uint8]crdt.Value) {
		stopped[row[crm.WarningParty].ID()] = stopped[row[crm.WarningParty].ID()] || row[crm.WarningLevel].S == "stop"
	})
	for _, id := range r.b.Find(StopWarning) {
		if !stopped[id] {
			r.t.Errorf("%v has no stop", id)
		}
	}
}

func (r *reader) checkConsents() {
	type key struct {
		party            crdt.ID
		purpose, channel string
	}
	events := map[key][]crdt.ConsentEvent{}
	r.each(crm.Consent, func(id crdt.ID, row map[uint8]crdt.Value) {
		k := key{row[crm.ConsentParty].ID(), row[crm.ConsentPurpose].S, row[crm.ConsentChannel].S}
		e := crdt.ConsentEvent{ID: id, Withdraws: row[crm.ConsentAct].S == "withdraw"}
		if s := row[crm.ConsentOverrides].S; s != "" {
			over, err := crdt.ParseID(s)
			if err != nil {
				r.t.Fatal(err)
			}
			e.Overrides = []crdt.ID{over}
		}
		events[k] = append(events[k], e)
	})
	answers := map[crdt.ID]map[crdt.ConsentAnswer]bool{}
	for k, list := range events {
		if answers[k.party] == nil {
			answers[k.party] = map[crdt.ConsentAnswer]bool{}
		}
		answers[k.party][crdt.ConsentOf(list)] = true
	}
	for _, id := range r.b.Find(Withdrawn) {
		if !answers[id][crdt.ConsentWithdrawn] {
			r.t.Errorf("%v withdrew nothing", id)
		}
	}
	for _, id := range r.b.Find(Regranted) {
		if !answers[id][crdt.ConsentGranted] {
			r.t.Errorf("%v granted nothing again", id)
		}
	}
}

func TestSentencesUseKnownWords(t *testing.T) {
	for _, list := range [][]words.Talk{words.TalksEN, words.TalksZH} {
		if len(list) < 60 {
			t.Errorf("%d sentences", len(list))
		}
		for _, s := range list {
			if !slices.Contains(crm.Reasons, s.Reason) || !slices.Contains(crm.Outcomes, s.Outcome) || strings.Trim(s.Via, "ciomelv") != "" || s.Via == "" {
				t.Errorf("bad sentence %+v", s)
			}
			for _, p := range []phrase{cut(s.Text), cut(s.Promise)} {
				if strings.Trim(string(p.slots), "fabhpcdmknt") != "" || strings.ContainsAny(strings.Join(p.lits, ""), "{}") {
					t.Errorf("bad slot in %+v", s)
				}
			}
		}
	}
	if len(words.Matters) != len(words.MattersZH) {
		t.Fatal("matters differ in number")
	}
	for i, m := range words.Matters {
		if m.Type != words.MattersZH[i].Type || !slices.Contains(crm.CaseTypes, m.Type) {
			t.Errorf("matter %d: %s, %s", i, m.Type, words.MattersZH[i].Type)
		}
	}
}

func TestRemapReplacesEveryIdAndLeavesTheOriginalAlone(t *testing.T) {
	b := Generate(Options{Seed: 3, Customers: 60})
	shift := func(id crdt.ID) crdt.ID { return id + 1<<40 }
	before := hash(b)
	overridden := 0
	for _, a := range b.Acts {
		for _, op := range a.Ops {
			got, err := Remap(crm.Table(), op, shift)
			if err != nil {
				t.Fatal(err)
			}
			if got.ID != shift(op.ID) {
				t.Fatalf("id %v became %v", op.ID, got.ID)
			}
			if s := field(&got, crm.ConsentOverrides); op.Kind == crm.Consent && s.S != "" {
				overridden++
				if s.S != shift(crdt.ID(mustParse(t, field(&op, crm.ConsentOverrides).S))).String() {
					t.Errorf("overrides %s", s.S)
				}
			}
		}
	}
	if hash(b) != before || overridden == 0 {
		t.Errorf("original changed, or no override seen (%d)", overridden)
	}
}

func mustParse(t *testing.T, s string) crdt.ID {
	t.Helper()
	id, err := crdt.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSummaryCountsCustomers(t *testing.T) {
	b := Generate(Options{Seed: 1, Customers: 300})
	got := map[string]int{}
	for _, c := range Summary(b) {
		got[c.Name] = c.N
	}
	if got["customers"]+got["former"] != 300 || got["open promises"] == 0 || got["overdue"] == 0 || got["interaction"] == 0 {
		t.Errorf("summary: %v", got)
	}
}

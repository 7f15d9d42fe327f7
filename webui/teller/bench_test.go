package teller

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/huddle"
	"bough/node/sim/bank"
	"bough/sync/wire"
	"bough/webui/pagetest"
)

// How much a node of the bench holds.
const (
	benchCustomers    = 100_000
	benchInteractions = 1_000_000
)

// BenchmarkPages: what the server takes for a page, over 100,000 customers and
// 1,000,000 interactions. Bars: find p99 10 ms, customer p99 20 ms; the first
// load of a page with all that it needs 150 KB compressed. The baseline is a
// page that reads nothing of customers.
func BenchmarkPages(b *testing.B) {
	c, l := openTill(b, func(*pagetest.Counter) {})
	names, ids := l.fill(b)
	if a := c.Post("/signin", "login", "jana", "password", pagetest.Password); a.Status != http.StatusSeeOther {
		b.Fatalf("sign in: %d", a.Status)
	}
	for _, p := range []struct {
		name string
		path func(i int) string
	}{
		{"keys, the baseline", func(int) string { return "/keys" }},
		{"find", func(i int) string {
			r := []rune(names[i*977%len(names)])
			return "/?q=" + url.QueryEscape(string(r[:1+i%min(len(r), 8)]))
		}},
		{"find, a name and a letter", func(i int) string {
			for j := i * 31; ; j++ { // the dearest: many have either
				if first, rest, _ := strings.Cut(names[j%len(names)], " "); rest != "" {
					return "/?q=" + url.QueryEscape(first+" "+string([]rune(rest)[:1]))
				}
			}
		}},
		{"customer", func(i int) string { return page(ids[i*7919%len(ids)]) }},
		{"timeline", func(i int) string { return page(ids[i*7919%len(ids)]) + "/timeline" }},
		{"my day", func(int) string { return "/day" }},
	} {
		b.Run(p.name, func(b *testing.B) {
			var took []float64
			for i := range 500 {
				began := time.Now()
				switch a := c.Get(p.path(i)); a.Status {
				case http.StatusOK:
				case http.StatusSeeOther: // a stop comes first
					continue
				default:
					b.Fatalf("%s: %d", p.path(i), a.Status)
				}
				took = append(took, time.Since(began).Seconds()*1e3)
			}
			for range b.N {
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "p50-ms")
			b.ReportMetric(took[len(took)*99/100], "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
	l.benchBoard(b)
	b.Run("first load", func(b *testing.B) {
		for range b.N {
		}
		b.ReportMetric(firstLoad(b, c, page(ids[0])), "KB")
		b.ReportMetric(0, "ns/op")
	})
}

// benchBoard measures what a manager asks of the whole branch.
func (l *till) benchBoard(b *testing.B) {
	ctx := b.Context()
	_, who, err := l.counter.Desk.SignIn(ctx, "petr", pagetest.Password, false)
	must(b, err)
	began := pagetest.NowMS - 3*60*60_000
	must(b, l.store.Local.LineIs(ctx, false, began))
	must(b, l.store.Local.LineIs(ctx, true, began+40*60_000))
	board := huddle.New(l.counter.Desk)
	for _, p := range []struct {
		name string
		read func() error
	}{
		{"in an outage", func() error { _, err := board.InOutage(ctx, who, began); return err }},
		{"outcomes", func() error { _, err := board.Adoption(ctx, who); return err }},
	} {
		b.Run(p.name, func(b *testing.B) {
			var took []float64
			for range 20 {
				began := time.Now()
				must(b, p.read())
				took = append(took, time.Since(began).Seconds()*1e3)
			}
			for range b.N {
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "p50-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// firstLoad is a page with its sheets and scripts, compressed, in KB.
func firstLoad(b *testing.B, c *pagetest.Counter, path string) float64 {
	a := c.Get(path)
	size := squeezed(b, a.Body)
	for _, found := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(a.Body, -1) {
		size += squeezed(b, c.Get(found[1]).Body)
	}
	return float64(size) / 1024
}

func squeezed(b *testing.B, text string) int {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, text)
	must(b, err)
	must(b, w.Close())
	return out.Len()
}

// fill brings a made-up bank to the workstation as pages of the feed, and notes
// on its customers until there are enough.
func (l *till) fill(b *testing.B) (names []string, ids []crdt.ID) {
	ctx := context.Background()
	scope := l.store.Scopes()[0]
	at, err := l.store.Cursor(ctx, scope)
	must(b, err)
	var batch []wire.PageRow
	n, last, talks, table := at.Feed, crdt.ID(0), 0, crm.Table()
	flush := func() {
		if len(batch) == 0 {
			return
		}
		must(b, l.store.Apply(ctx, &wire.Page{Scope: scope, Epoch: at.Epoch, Since: n - int64(len(batch)), Until: n, Rows: batch, Vector: map[crdt.Origin]uint64{}}))
		batch = nil
	}
	take := func(op crdt.Op, ms int64) {
		n++
		row := crdt.Row{Kind: op.Kind, ID: op.ID}
		row.Merge(table.Kind(op.Kind), &op, crdt.Written{Stamp: crdt.Stamp{Time: uint64(ms)<<16 + uint64(n%60000), Origin: 9}, By: crdt.MakeID(9, 5)})
		if batch = append(batch, wire.PageRow{Row: row, N: n}); len(batch) == 10_000 {
			flush()
		}
	}
	kinds := []uint8{crm.Party, crm.Reach, crm.Relation, crm.Warning, crm.Tag, crm.Group, crm.Membership, crm.Interaction, crm.Consent, crm.Task, crm.Case, crm.Holding, crm.Role, crm.Figure, crm.Card, crm.Loan}
	bank.Walk(bank.Options{Seed: 1, Customers: benchCustomers, Branches: 1}, func(a bank.Act) {
		for i := range a.Ops {
			op := a.Ops[i]
			if op.ID <= last || !slices.Contains(kinds, op.Kind) {
				last = max(last, op.ID)
				continue
			}
			last = op.ID
			op.ID = crdt.MakeID(9, uint32(op.ID))
			op.Set = slices.Clone(op.Set)
			for j := range op.Set {
				f := table.Kind(op.Kind).Field(op.Set[j].Field)
				if f.Ref != 0 {
					op.Set[j].Value = crdt.RefValue(crdt.MakeID(9, uint32(op.Set[j].Value.I)))
				}
				if op.Kind == crm.Party && f.Num == crm.PartyName {
					names, ids = append(names, op.Set[j].Value.S), append(ids, op.ID)
				}
			}
			if op.Kind == crm.Interaction {
				talks++
			}
			take(op, a.AtMS)
		}
	})
	for i := talks; i < benchInteractions; i++ {
		at := pagetest.NowMS - int64(benchInteractions-i)*60_000 // ids and times ascend together
		take(crdt.Op{Kind: crm.Interaction, ID: crdt.MakeID(10, uint32(i+1)), Set: []crdt.FieldSet{
			{Field: crm.InteractionParty, Value: crdt.RefValue(ids[i%len(ids)])}, {Field: crm.InteractionChannel, Value: crdt.TextValue("counter")},
			{Field: crm.InteractionReason, Value: crdt.TextValue("payment")}, {Field: crm.InteractionText, Value: crdt.TextValue("Paid in, asked about the rate of the savings account.")},
			{Field: crm.InteractionHappened, Value: crdt.IntValue(at)}, {Field: crm.InteractionOutcome, Value: crdt.TextValue("done")}}}, at)
	}
	flush()
	for more := true; more; {
		done, err := l.store.Index(ctx, 2000)
		must(b, err)
		if more = done == 2000; !more {
			more, err = l.store.Settle(ctx)
			must(b, err)
		}
	}
	b.Logf("%d parties, %d rows in all", len(names), n)
	return names, ids
}

package replica

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bough/crdt"
	"bough/packaging/tidy/transcripttest"
	"bough/sync/wire"
)

var update = flag.Bool("update", false, "write the expectations of testdata anew")

// ticket=push names what the push in flight carries.
func TestTranscripts(t *testing.T) {
	transcripttest.Run(t, *update, func(t *testing.T) transcripttest.Player { return &player{t: t, chance: 0.5} })
}

type player struct {
	t      *testing.T
	r      *Replica
	chance float64
	now    int64
	said   strings.Builder
}

// args are the key=value words of a verb.
type args map[string]string

func (a args) num(key string, otherwise int64) int64 {
	if s, ok := a[key]; ok {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
	return otherwise
}

func (a args) u(key string) uint64 { return uint64(a.num(key, 0)) }

// End implements transcripttest.Player.
func (p *player) End() {}

// Said implements transcripttest.Player.
func (p *player) Said() string {
	defer p.said.Reset()
	return p.said.String()
}

// Verb implements transcripttest.Player.
func (p *player) Verb(line string) {
	words := strings.Fields(line)
	a := args{}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		a[k] = v
	}
	switch words[0] {
	case "new":
		p.r = New(Config{Origin: 7, Scopes: []Cursor{{Scope: 0, Feed: a.num("office", 0), Epoch: a.u("epoch")}, {Scope: 3, Feed: a.num("branch", 0), Epoch: a.u("epoch")}},
			Written: a.u("written"), Taken: a.u("taken"), BackoffCapMS: a.num("cap", 0), PushLimit: int(a.num("push", 0)),
			Rand: func() float64 { return p.chance }})
		p.now = 1000
		p.r.Tick(p.now)
	case "chance":
		p.chance = float64(a.num("percent", 50)) / 100
	case "after":
		p.now += a.num("ms", 0)
		p.r.Tick(p.now)
	case "ready":
		for _, action := range p.r.Ready() {
			fmt.Fprintln(&p.said, describe(action))
		}
		if at, ok := p.r.Next(); ok && a["next"] == "yes" {
			fmt.Fprintf(&p.said, "next after %d ms\n", at-p.now)
		}
	case "state":
		p.state()
	default:
		p.r.Step(p.event(words[0], a))
	}
}

func (p *player) event(verb string, a args) Event {
	ticket, named := map[string]uint64{"push": p.r.push.ticket, "pull": p.r.pull.ticket, "watch": p.r.watch.ticket, "report": p.r.report.ticket}[a["ticket"]]
	if !named {
		ticket = a.u("ticket") // of something that is over
	}
	switch verb {
	case "written":
		return Written{Seq: a.u("seq")}
	case "neighbours":
		return Neighbours{Unsent: a.u("unsent")}
	case "pushed":
		return Pushed{Ticket: ticket, Last: a.u("last"), Written: a.u("written"), Neighbours: a.u("neighbours"),
			Answer: wire.Pushed{Vector: map[crdt.Origin]uint64{7: a.u("has")}}}
	case "page":
		return Paged{Ticket: ticket, Written: a.u("written"), Page: &wire.Page{Scope: a.num("scope", 0), Since: a.num("since", 0),
			Until: a.num("until", 0), More: a["more"] == "yes", Floor: a.num("floor", 0), Head: a.num("head", 0), Epoch: uint64(a.num("epoch", 1)), Vector: map[crdt.Origin]uint64{7: a.u("has")}}}
	case "unread":
		return Unread{Ticket: ticket, Rows: int(a.num("rows", 0)), Until: a.num("until", 0), Detail: "a row cannot be read"}
	case "beside":
		return Beside{Confirmed: a.u("confirmed"), Written: a.u("written"), Page: &wire.Page{Scope: a.num("scope", 0), Since: a.num("since", 0),
			Until: a.num("until", 0), More: a["more"] == "yes", Epoch: uint64(a.num("epoch", 1)), Vector: map[crdt.Origin]uint64{7: a.u("has")}}}
	case "applied":
		return Applied{Ticket: ticket}
	case "watched":
		w := Watched{Ticket: ticket, Epoch: uint64(a.num("epoch", 1)), Feeds: map[int64]int64{}}
		for _, scope := range []int64{0, 3} {
			if n := a.num(fmt.Sprint("scope", scope), 0); n > 0 {
				w.Feeds[scope] = n
			}
		}
		return w
	case "news":
		return News{Scope: a.num("scope", 0), Feed: a.num("feed", 0)}
	case "receipts":
		return Receipts{Due: int(a.num("due", 0))}
	case "reported":
		return Reported{Ticket: ticket, Due: int(a.num("due", 0))}
	case "contact":
		return Contact{}
	case "failed":
		for c := Line; c <= Rejected; c++ {
			if c.String() == a["class"] {
				return Failed{Ticket: ticket, Class: c, Detail: a["detail"], AgainMS: a.num("again", 0)}
			}
		}
	}
	p.t.Fatalf("unknown verb %q %v", verb, a)
	return nil
}

func (p *player) state() {
	s := p.r.State()
	line := map[bool]string{true: "online", false: "offline"}[s.Online]
	fmt.Fprintf(&p.said, "%s since %d, contact %d; written %d, sent %d, taken %d, unsent %d\n", line, s.SinceMS, s.ContactMS, s.Written, s.Sent, s.Taken, s.Unsent())
	for _, c := range s.Cursors {
		fmt.Fprintf(&p.said, "scope %d at %d of epoch %d, head %v\n", c.Scope, c.Feed, c.Epoch, c.AtHead)
	}
	if s.WaitingMS > 0 {
		fmt.Fprintf(&p.said, "waiting for %d ms\n", s.WaitingMS-p.now)
	}
	if s.Trouble != 0 {
		fmt.Fprintf(&p.said, "trouble %s %s: %s\n", s.Trouble, s.Detail, s.Words())
	}
}

func describe(a Action) string {
	switch a := a.(type) {
	case Push:
		return fmt.Sprintf("push #%d after %d, at most %d", a.Ticket, a.From, a.Limit)
	case Pull:
		return fmt.Sprintf("pull #%d scope %d after %d, at most %d", a.Ticket, a.Ask.Scope, a.Ask.Since, a.Ask.Limit)
	case Apply:
		return fmt.Sprintf("apply #%d scope %d until %d, taken %d", a.Ticket, a.Page.Scope, a.Page.Until, a.Page.Vector[7])
	case Report:
		return fmt.Sprintf("report #%d, at most %d", a.Ticket, a.Limit)
	case Rewind:
		away := map[bool]string{true: ", away"}[a.Away]
		return fmt.Sprintf("rewind #%d scope %d to epoch %d%s", a.Ticket, a.Scope, a.Epoch, away)
	case Watch:
		out := fmt.Sprintf("watch #%d epoch %d", a.Ticket, a.Epoch)
		for _, scope := range slices.Sorted(maps.Keys(a.Since)) {
			out += fmt.Sprintf(" scope %d after %d", scope, a.Since[scope])
		}
		return out
	}
	return fmt.Sprintf("%T", a)
}

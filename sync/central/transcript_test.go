package central_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/packaging/tidy/transcripttest"
	"bough/sync/central"
	"bough/sync/rows"
)

var update = flag.Bool("update", false, "write the expectations of testdata anew")

// A verb is: who, what they do, and of whom, then ": " and the text. Workstations
// are called a, b, … and are of one branch.
func TestTranscripts(t *testing.T) {
	transcripttest.Run(t, *update, func(t *testing.T) transcripttest.Player {
		return &player{bank: newBank(t), tills: map[string]*till{}, rows: map[string]crdt.ID{}}
	})
}

// player is a bank that a transcript plays with.
type player struct {
	bank  *bank
	tills map[string]*till
	rows  map[string]crdt.ID // customers and offers by name
	said  strings.Builder
}

func (p *player) say(format string, args ...any) { fmt.Fprintf(&p.said, format+"\n", args...) }

// End implements transcripttest.Player: what came of it is sound.
func (p *player) End() { p.bank.sound() }

// Said implements transcripttest.Player.
func (p *player) Said() string {
	defer p.said.Reset()
	return p.said.String()
}

// Verb implements transcripttest.Player.
func (p *player) Verb(line string) {
	head, text, _ := strings.Cut(line, ": ")
	words := append(strings.Fields(head), "", "", "")
	who, verb, name := words[0], words[1], words[2]
	l := p.tills[who]
	switch {
	case verb == "joins":
		p.tills[who] = p.bank.join(crdt.Origin(who[0]-'a')+11, 1)
	case who == "central":
		p.central(verb, name, words[3], text)
	case verb == "customer":
		p.rows[name] = l.act(party(1, text)).Ops[0].ID
	case verb == "note":
		l.act(talk(p.rows[name], text))
	case verb == "memo":
		l.act(set(crm.Party, p.rows[name], crm.PartyMemo, text))
	case verb == "offer":
		p.rows["offer"] = l.act(set(offer, p.rows["offer"], uint8(1), p.rows[name], uint8(2), text)).Ops[0].ID
	case verb == "push":
		l.push(100)
	case verb == "pull":
		l.pull(100)
		l.agree()
	case verb == "upgrade":
		p.restart(l, newerTable(p.bank.t))
		p.say("%s starts with the newer release", who)
	case verb == "downgrade":
		p.restart(l, nil)
		p.say("%s starts with the older release again", who)
	case verb == "show":
		p.show(who, l)
	default:
		p.bank.t.Fatalf("no verb: %q", line)
	}
}

func (p *player) restart(l *till, table *crdt.Schema) {
	must(p.bank.t, l.File.Close())
	l.table = table
	l.open(l.Branch())
}

// central is a verb of head office; a change is named by who wrote it and its
// number.
func (p *player) central(verb, who, seq, text string) {
	b := p.bank
	switch verb {
	case "apply", "drop":
		var n uint64
		_, err := fmt.Sscan(seq, &n)
		must(b.t, err)
		must(b.t, b.Decide(ctx(), b.heldOne(p.tills[who].origin, n), central.Decision{Apply: verb == "apply", By: 7, Why: text}))
	case "upgrade":
		must(b.t, b.Close())
		b.table = newerTable(b.t)
		b.open()
		must(b.t, b.Retry(ctx()))
		p.say("central starts with the newer release")
	case "show":
		p.tell("central", b.File)
	default:
		b.t.Fatalf("head office does not %q", verb)
	}
}

// show tells what stands at a workstation.
func (p *player) show(who string, l *till) {
	p.tell(who, l.File)
	at, err := l.Progress(ctx())
	must(p.bank.t, err)
	p.say("  wrote %d, of which head office has %d", at.Written, at.Taken)
}

// tell lists the rows of a file as clerks know them, and the changes that are
// held, or were.
func (p *player) tell(who string, f *rows.File) {
	t := p.bank.t
	p.say("%s:", who)
	names := map[crdt.ID]string{}
	must(t, f.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Each(func(r *rows.Stored) error {
			switch {
			case r.Kind == crm.Party:
				names[r.ID] = strings.TrimPrefix(r.Get(crm.PartyName).S, "perhaps ")
				p.say("  customer %s%s", r.Get(crm.PartyName).S, memo(r))
			case r.Kind == crm.Interaction:
				p.say("  note on %s: %s", names[r.Get(crm.InteractionParty).ID()], r.Get(crm.InteractionText).S)
			case r.Kind == offer && f.Schema().Kind(offer) == nil:
				p.say("  a row of a kind that this release does not know, kept whole")
			case r.Kind == crm.Refusal:
				p.say("  set aside: change %d of %c (%s), %s%s", r.Get(crm.RefusalSeq).I, 'a'+rune(r.Get(crm.RefusalOrigin).I-11),
					r.Get(crm.RefusalCode).S, r.Get(crm.RefusalState).S, why(r))
			}
			return nil
		})
	}))
	if f.Schema().Kind(offer) != nil {
		p.offers(f, names)
	}
}

// offers are read from their own table.
func (p *player) offers(f *rows.File, names map[crdt.ID]string) {
	must(p.bank.t, f.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Query(`SELECT party, what FROM offer ORDER BY id`, func(s *rows.Stmt) error {
			p.say("  offer to %s: %s", names[crdt.ID(s.ColumnInt64(0))], s.ColumnText(1))
			return nil
		})
	}))
}

func memo(r *rows.Stored) string {
	if v := r.Get(crm.PartyMemo); !v.IsNull() {
		return " (" + v.S + ")"
	}
	return ""
}

func why(r *rows.Stored) string {
	if v := r.Get(crm.RefusalWhy); v.S != "" {
		return ", because " + v.S
	}
	return ""
}

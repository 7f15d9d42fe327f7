package huddle

import (
	"context"

	"github.com/nyaruka/phonenumbers"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Flaw is one thing that is not good about a party.
type Flaw struct {
	Party crdt.ID
	Name  string
	Kind  string // see FlawKinds
	Value string // what stands there, where that helps
}

// FlawKinds are what is looked for, the worst first.
func FlawKinds() []string {
	return []string{"bad_phone", "no_reach", "no_birth", "no_language", "no_address"}
}

// Quality is what is not good in the data of the branch.
type Quality struct {
	Looked int // parties looked at
	More   bool
	Counts map[string]int
	Flaws  []Flaw // at most listLimit of each kind
}

// Quality looks through the customers of the branch.
func (b *Board) Quality(ctx context.Context, who *desk.Who) (q *Quality, err error) {
	err = b.desk.Read(ctx, who, needRead, func(r *desk.Reader) error {
		q = &Quality{Counts: map[string]int{}}
		_, country, err := r.Calendar()
		if err != nil {
			return err
		}
		err = r.Query(`SELECT id, name, type, birth, language, address FROM party
			WHERE (?1=0 OR home=?1) AND status<>'former' AND (archived IS NULL OR archived=0) ORDER BY id LIMIT ?2`, func(s *rows.Stmt) error {
			q.Looked++
			q.look(s)
			return nil
		}, r.Branch(), sampleRows)
		if err != nil {
			return err
		}
		q.More = q.Looked == sampleRows
		if err := q.unreachable(r); err != nil {
			return err
		}
		err = q.phones(r, country)
		for i := range q.Flaws {
			r.Shows(crm.ViewFind, q.Flaws[i].Party)
		}
		return err
	})
	if err == nil && !who.Sees("reach", "value") {
		for i := range q.Flaws {
			q.Flaws[i].Value = ""
		}
	}
	return q, err
}

func (q *Quality) add(id crdt.ID, name, kind, value string) {
	q.Counts[kind]++
	if q.Counts[kind] <= listLimit {
		q.Flaws = append(q.Flaws, Flaw{id, name, kind, value})
	}
}

func (q *Quality) look(s *rows.Stmt) {
	id, name := crdt.ID(s.ColumnInt64(0)), s.ColumnText(1)
	if s.ColumnText(2) == "person" && s.ColumnText(3) == "" {
		q.add(id, name, "no_birth", "")
	}
	if s.ColumnText(4) == "" {
		q.add(id, name, "no_language", "")
	}
	if s.ColumnText(5) == "" {
		q.add(id, name, "no_address", "")
	}
}

func (q *Quality) unreachable(r *desk.Reader) error {
	return r.Query(`SELECT id, name FROM party WHERE (?1=0 OR home=?1) AND status<>'former' AND (archived IS NULL OR archived=0)
		AND NOT EXISTS (SELECT 1 FROM reach WHERE reach.party=party.id AND gone IS NULL) ORDER BY id LIMIT ?2`, func(s *rows.Stmt) error {
		q.add(crdt.ID(s.ColumnInt64(0)), s.ColumnText(1), "no_reach", "")
		return nil
	}, r.Branch(), sampleRows)
}

// phones finds numbers that nobody can dial.
func (q *Quality) phones(r *desk.Reader, country string) error {
	if country == "" {
		country = "ZZ" // unknown: only numbers with a country code can be read
	}
	return r.Query(`SELECT party.id, party.name, reach.value FROM reach JOIN party ON party.id=reach.party
		WHERE (?1=0 OR party.home=?1) AND channel='phone' AND gone IS NULL ORDER BY party.id LIMIT ?2`, func(s *rows.Stmt) error {
		n, err := phonenumbers.Parse(s.ColumnText(2), country)
		if err != nil || !phonenumbers.IsValidNumber(n) {
			q.add(crdt.ID(s.ColumnInt64(0)), s.ColumnText(1), "bad_phone", s.ColumnText(2))
		}
		return nil
	}, r.Branch(), sampleRows)
}

// Closing is whether a workstation may be switched off.
type Closing struct {
	desk.Outage
	Unlogged []Unlogged
	Keyings  int // not yet confirmed by the core, in the branch
	NowMS    int64
}

// The answers of Verdict.
const (
	SafeOff    = "safe"     // head office has everything
	SafeNearby = "nearby"   // a neighbour has a durable copy of the rest
	NotSafe    = "not_safe" // something exists on this PC alone
	LookFirst  = "missing"  // a number does not add up: tell head office
)

// Verdict says whether this PC may be switched off.
func (c *Closing) Verdict() string {
	switch {
	case c.Missing() != 0:
		return LookFirst
	case c.Unsent == 0:
		return SafeOff
	case c.Safe >= c.Unsent:
		return SafeNearby
	}
	return NotSafe
}

// Closing reads what the end of the day asks for.
func (b *Board) Closing(ctx context.Context, who *desk.Who) (*Closing, error) {
	unlogged, err := b.Unlogged(ctx, who)
	if err != nil {
		return nil, err
	}
	line, err := b.desk.Line(ctx)
	if err != nil {
		return nil, err
	}
	c := &Closing{Outage: *line, Unlogged: unlogged, NowMS: b.desk.NowMS()}
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		n, _, err := r.Int(`SELECT count(*) FROM keying WHERE state='open'`)
		c.Keyings = int(n)
		return err
	})
	return c, err
}

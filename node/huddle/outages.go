package huddle

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
)

// Limits of outages.
const (
	outagesListed = 100         // outages
	writtenListed = 500         // things written in one
	judgedMS      = store.DayMS // what head office refused so long after the line was back was written in the outage
)

// Outages are the times in which this workstation had no line, latest first.
type Outages struct {
	NowMS int64
	Lines []store.Outage
}

// Lasted is how long an outage lasted until now, ms.
func (o *Outages) Lasted(one store.Outage) int64 { return lasted(one, o.NowMS) }

func lasted(o store.Outage, nowMS int64) int64 { return max(0, end(o, nowMS)-o.BeganMS) }

func end(o store.Outage, nowMS int64) int64 {
	if o.EndedMS == 0 {
		return nowMS
	}
	return o.EndedMS
}

// Outages lists them.
func (b *Board) Outages(ctx context.Context, who *desk.Who) (o *Outages, err error) {
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActManage}, func(r *desk.Reader) error {
		o = &Outages{NowMS: r.NowMS}
		o.Lines, err = store.Outages(r.Tx, outagesListed)
		return err
	})
	return o, err
}

// Written is something that was written in an outage.
type Written struct {
	Kind  string // see crm: interaction, task, case_file, party
	ID    crdt.ID
	Party crdt.ID
	Name  string
	Text  string
	New   bool // it was made then; or else changed
	desk.Author
}

// InOutage is what was done at the branch in an outage of this workstation.
type InOutage struct {
	store.Outage
	NowMS    int64
	Written  []Written // in the order in which it was written
	More     bool
	Counts   map[string]int // by kind, of all
	Accepted int            // of all: head office has them
	Here     int            // they exist in the branch alone
	Refused  []Judged
	Held     int // of Refused: they wait for a decision
}

// Lasted is how long it lasted, until now at most, ms.
func (o *InOutage) Lasted() int64 { return lasted(o.Outage, o.NowMS) }

// Judged is what head office did not take of it.
type Judged struct {
	Kind string
	Code string
	By   string
	AtMS int64 // when it was judged
	Held bool
}

// NotTaken is how many changes head office did not take and does not hold.
func (o *InOutage) NotTaken() int { return len(o.Refused) - o.Held }

// Kinds are those of what is counted, in the order of a page.
func (*InOutage) Kinds() []string { return []string{"interaction", "task", "case_file", "party"} }

// InOutage reads what was done in the outage that began at a time.
func (b *Board) InOutage(ctx context.Context, who *desk.Who, beganMS int64) (o *InOutage, err error) {
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActRead, crm.ActManage}, func(r *desk.Reader) error {
		all, err := store.Outages(r.Tx, outagesListed)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(one store.Outage) bool { return one.BeganMS == beganMS })
		if at < 0 {
			return desk.Missing("page", "there was no such outage")
		}
		o = &InOutage{Outage: all[at], NowMS: r.NowMS, Counts: map[string]int{}}
		if err := o.written(r, who); err != nil {
			return err
		}
		return o.judged(r)
	})
	return o, err
}

// written finds the rows that somebody of the branch wrote in the outage.
func (o *InOutage) written(r *desk.Reader, who *desk.Who) error {
	from, to := o.BeganMS, end(o.Outage, o.NowMS)
	for _, k := range []struct {
		kind        uint8
		where       string
		party, text uint8
	}{
		{crm.Task, `1`, crm.TaskParty, crm.TaskText},
		{crm.Case, `1`, crm.CaseParty, crm.CaseText},
		{crm.Party, `status='prospect'`, 0, crm.PartyName},
	} {
		ids, err := latelyWritten(r, k.kind, k.where, from)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := o.read(r, who, k.kind, id, found{from, to, k.party, k.text}); err != nil {
				return err
			}
		}
	}
	err := talksSince(r, from, to, func(t talk) error {
		return o.read(r, who, crm.Interaction, t.id, found{from, to, crm.InteractionParty, crm.InteractionText})
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(o.Written, func(a, b Written) int { return cmp.Compare(a.AtMS, b.AtMS) })
	if o.More = len(o.Written) > writtenListed; o.More {
		o.Written = o.Written[:writtenListed]
	}
	return nil
}

// latelyWritten are the rows of a kind of which something was written at or after
// a time; of all others nothing but the clocks is read.
func latelyWritten(r *desk.Reader, kind uint8, where string, fromMS int64) (ids []crdt.ID, err error) {
	err = r.Query(`SELECT id, clock FROM "`+r.Kind(kind).Name+`" WHERE `+where, func(s *rows.Stmt) error {
		at, err := writtenAt(crdt.ID(s.ColumnInt64(0)), rows.Blob(s, 1))
		if at.writtenMS >= fromMS {
			ids = append(ids, at.id)
		}
		return err
	})
	return ids, err
}

// read takes a row in, if it is still there.
func (o *InOutage) read(r *desk.Reader, who *desk.Who, kind uint8, id crdt.ID, f found) error {
	row, err := r.Get(kind, id)
	if err != nil || row == nil {
		return err
	}
	return o.look(r, who, row, f)
}

// found is what is looked for in a row.
type found struct {
	from, to    int64
	party, text uint8
}

// look takes a row in, if something of it was written in the outage.
func (o *InOutage) look(r *desk.Reader, who *desk.Who, row *rows.Stored, f found) error {
	first, in := int64(0), false
	for _, w := range row.Clocks {
		at := w.Stamp.Millis()
		if first == 0 || at < first {
			first = at
		}
		in = in || at >= f.from && at <= f.to
	}
	if !in {
		return nil
	}
	kind := r.Kind(row.Kind)
	w := Written{Kind: kind.Name, ID: row.ID, Party: row.ID, New: first >= f.from}
	if f.party != 0 {
		w.Party = row.Get(f.party).ID()
	}
	if field := kind.Field(f.text); f.party != 0 && who.Sees(kind.Name, field.Name) {
		w.Text = row.Get(f.text).S
	}
	var err error
	if w.Name, err = r.PartyName(w.Party); err != nil {
		return err
	}
	if w.Author, err = r.Author(row); err != nil {
		return err
	}
	o.Counts[w.Kind]++
	if w.State == desk.AtHeadOffice {
		o.Accepted++
	} else {
		o.Here++
	}
	o.Written = append(o.Written, w)
	return nil
}

// judged finds what head office did not take of it: what this workstation wrote
// by the time it was written, what others wrote by when it was judged.
func (o *InOutage) judged(r *desk.Reader) error {
	from, to := o.BeganMS, end(o.Outage, o.NowMS)
	return r.Rows(crm.Refusal, `at>=?1 AND at<=?2 AND (?3=0 OR branch=?3) ORDER BY at DESC`, func(row *rows.Stored) error {
		change, err := r.Change(crdt.Origin(row.Get(crm.RefusalOrigin).I), uint64(row.Get(crm.RefusalSeq).I))
		if err != nil {
			return err
		}
		if change != nil && (change.Stamp.Millis() < from || change.Stamp.Millis() > to) {
			return nil
		}
		person, _, err := r.Int(`SELECT person FROM session WHERE id=?1`, row.Get(crm.RefusalSession).I)
		if err != nil {
			return err
		}
		by, err := r.Person(crdt.ID(person))
		if err != nil {
			return err
		}
		j := Judged{Code: row.Get(crm.RefusalCode).S, By: by.Name, AtMS: row.Get(crm.RefusalAt).I, Held: row.Get(crm.RefusalState).S == crm.RefusalHeld}
		if k := r.Kind(uint8(row.Get(crm.RefusalKind).I)); k != nil {
			j.Kind = k.Name
		}
		if j.Held {
			o.Held++
		}
		o.Refused = append(o.Refused, j)
		return nil
	}, from, to+judgedMS, r.Branch())
}

package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// StoryTypes are what a story can be narrowed to.
var StoryTypes = []string{"talk", "task", "case", "consent"} // nobody writes it

// StoryFilter narrows a story; what is zero narrows nothing.
type StoryFilter struct {
	Type    string // StoryTypes
	Channel string // crm.Channels, of talks
	Reason  string // crm.Reasons, of talks
	Words   string // each stands somewhere in the text, in any case
	FromMS  int64  // happened at or after
	UntilMS int64  // and before
}

// StoryLine is one thing that happened: exactly one of the pointers is set.
type StoryLine struct {
	AtMS    int64
	Talk    *InteractionLine
	Task    *TaskLine
	Case    *CaseLine
	Consent *ConsentEventLine
}

// Story is everything that passed with a party, newest first, at most limit.
func (d *Desk) Story(ctx context.Context, who *Who, id crdt.ID, f StoryFilter, limit int) (out []StoryLine, err error) {
	if f.Type != "" {
		if err := oneOf("type", f.Type, StoryTypes); err != nil {
			return nil, err
		}
	}
	err = d.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *Reader) error {
		if err := mustHave(r.Tx, crm.Party, id); err != nil {
			return err
		}
		ids, err := store.Linked(r.Tx, id)
		if err != nil {
			return err
		}
		r.Shows(crm.ViewRead, ids...)
		s := &story{d: d, names: r.names, ids: ids, now: r.NowMS}
		for _, part := range []struct {
			name string
			read func() error
		}{{"talk", s.talks}, {"task", s.tasks}, {"case", s.cases}, {"consent", s.consents}} {
			if f.Type != "" && f.Type != part.name {
				continue
			}
			if err := part.read(); err != nil {
				return err
			}
		}
		out = s.lines
		return nil
	})
	for i := range out { // before words are looked for in them
		if t := out[i].Talk; t != nil && !who.Sees("interaction", "text") {
			t.Text = ""
		}
	}
	out = slices.DeleteFunc(out, func(l StoryLine) bool { return !f.keeps(&l) })
	slices.SortStableFunc(out, func(a, b StoryLine) int { return cmp.Compare(b.AtMS, a.AtMS) })
	return out[:min(len(out), max(limit, 1))], err
}

type story struct {
	d     *Desk
	names *names
	ids   []crdt.ID
	now   int64
	lines []StoryLine
}

// each reads the rows of a kind that hang on any of the parties.
func (s *story) each(kind uint8, fn func(*rows.Stored) error) error {
	for _, id := range s.ids {
		if err := s.names.tx.Rows(kind, "party=?1 ORDER BY id DESC LIMIT ?2", fn, int64(id), MaxLimit); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) talks() error {
	lines, err := s.d.interactions(s.names, s.ids, MaxLimit)
	for i := range lines {
		s.lines = append(s.lines, StoryLine{AtMS: lines[i].HappenedMS, Talk: &lines[i]})
	}
	return err
}

func (s *story) tasks() error {
	return s.each(crm.Task, func(r *rows.Stored) error {
		line, err := s.d.taskLine(s.names, r, s.now)
		s.lines = append(s.lines, StoryLine{AtMS: cmp.Or(r.Clocks.Of(crm.TaskText).Stamp.Millis(), line.DueMS), Task: &line})
		return err
	})
}

func (s *story) cases() error {
	return s.each(crm.Case, func(r *rows.Stored) error {
		line, err := s.d.caseLine(s.names, r, s.now)
		s.lines = append(s.lines, StoryLine{AtMS: line.HappenedMS, Case: &line})
		return err
	})
}

func (s *story) consents() error {
	return s.each(crm.Consent, func(r *rows.Stored) error {
		line, err := s.d.consentEventLine(s.names, r)
		s.lines = append(s.lines, StoryLine{AtMS: line.AtMS, Consent: &line})
		return err
	})
}

func (d *Desk) consentEventLine(n *names, r *rows.Stored) (ConsentEventLine, error) {
	a, err := d.rowAuthor(n, r)
	return ConsentEventLine{ID: r.ID, Purpose: r.Get(crm.ConsentPurpose).S, Channel: r.Get(crm.ConsentChannel).S, Evidence: r.Get(crm.ConsentEvidence).S,
		Withdraws: r.Get(crm.ConsentAct).S == "withdraw", AtMS: r.Get(crm.ConsentHappened).I, Author: a}, err
}

// ConsentHistory is everything that was said of consent for one purpose on one
// channel, newest first.
func (d *Desk) ConsentHistory(ctx context.Context, who *Who, id crdt.ID, purpose, channel string) (out []ConsentEventLine, err error) {
	lines, err := d.Story(ctx, who, id, StoryFilter{Type: "consent"}, MaxLimit)
	for _, l := range lines {
		if l.Consent.Purpose == purpose && l.Consent.Channel == channel {
			out = append(out, *l.Consent)
		}
	}
	return out, err
}

// keeps reports whether a line passes.
func (f *StoryFilter) keeps(l *StoryLine) bool {
	if l.AtMS < f.FromMS || f.UntilMS > 0 && l.AtMS >= f.UntilMS {
		return false
	}
	if f.Channel != "" || f.Reason != "" {
		if l.Talk == nil || f.Channel != "" && l.Talk.Channel != f.Channel || f.Reason != "" && l.Talk.Reason != f.Reason {
			return false
		}
	}
	text := strings.ToLower(l.text())
	for _, word := range strings.Fields(strings.ToLower(f.Words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// text is what may be searched of a line, with who wrote it.
func (l *StoryLine) text() string {
	switch {
	case l.Talk != nil:
		return l.Talk.Text + " " + l.Talk.Author.Name + " " + l.Talk.Writer
	case l.Task != nil:
		return l.Task.Text + " " + l.Task.Owner
	case l.Case != nil:
		return l.Case.Text + " " + l.Case.Owner
	default:
		return l.Consent.Evidence + " " + l.Consent.Author.Name
	}
}

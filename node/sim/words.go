package sim

import (
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// ledger is what was typed, by its words: files that are copies give numbers,
// ids and stamps out twice, and write them anew, but no clerk types a text
// twice. It holds what truth cannot know of them.
type ledger struct {
	texts    map[string]*typed
	order    []string
	shown    map[shownAt]string // what a stamp stands for on a screen
	doubted  map[crdt.Origin]bool
	touched  map[cell]bool // rows that doubted files wrote to; field 0
	followed map[crdt.ID]anew
	remade   map[mark]mark // what a customer was told by before their making was stamped anew
}

type shownAt struct {
	kind, field uint8
	stamp       crdt.Stamp
}

// anew is the id that a row got instead of another one, and the branch that is
// told.
type anew struct {
	id     crdt.ID
	branch int64
}

// typed is a text, and the acts that wrote it: who settles a conflict writes one
// of its values again.
type typed struct {
	kind, field uint8
	rows        []crdt.ID // all ids that its row had
	writes      []*wrote
}

// wrote is one act that wrote a text, in all forms that it has.
type wrote struct {
	forms []form
	seen  []string // texts on the screen that it replaced
	with  mark     // whose an interaction is
}

// form is a change as it stands in a journal.
type form struct {
	s     *station
	link  change
	stamp crdt.Stamp
	lost  bool // with the file
}

// mark tells a customer whatever number they have: by when they were made.
type mark struct {
	epoch uint16
	time  uint64
}

func (w *World) words() *ledger {
	l := mine[ledger](w)
	if l.texts == nil {
		*l = ledger{texts: map[string]*typed{}, shown: map[shownAt]string{}, doubted: map[crdt.Origin]bool{}, touched: map[cell]bool{}, followed: map[crdt.ID]anew{}, remade: map[mark]mark{}}
	}
	return l
}

// typedText is a text that nobody types twice: a word and a number of at least
// five digits.
func typedText(v crdt.Value) (string, bool) {
	word, _, _ := strings.Cut(v.S, "\n")
	name, number, ok := strings.Cut(word, " ")
	ok = ok && v.T == crdt.Text && len(number) >= 5 && strings.Trim(number, "0123456789") == "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == ""
	return v.S, ok
}

// doubt makes an origin one of which more than one file may speak.
func (w *World) doubt(origin crdt.Origin) { w.words().doubted[origin] = true }

func (w *World) doubted(origin crdt.Origin) bool { return w.words().doubted[origin] }

// unsure reports whether truth cannot follow a row: files that are copies wrote
// to it, or gave it its id.
func (w *World) unsure(kind uint8, id crdt.ID) bool {
	return w.doubted(id.Origin()) || w.words().touched[cell{kind, id, 0}]
}

// spell notes the texts of a change that was just written.
func (l *ledger) spell(s *station, c *journal.Change, on screen) {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if c.Bodies[i].Closed() || op.Kind == crm.Node {
			continue // nobody types the name of a workstation, which keeps it under another number
		}
		if l.doubted[c.Origin] {
			l.touched[cell{op.Kind, op.ID, 0}] = true
		}
		for j := range op.Set {
			f := &op.Set[j]
			at := cell{op.Kind, op.ID, f.Field}
			text, ok := typedText(f.Value)
			if !ok {
				text = "" // who settles may write again what the core gave
			}
			if !ok && len(l.read(at, on[at])) == 0 {
				continue
			}
			wr := &wrote{forms: []form{{s: s, link: change{c.Origin, c.Seq}, stamp: c.Stamp}}, seen: l.read(at, on[at])}
			if s != nil && op.Kind == crm.Interaction {
				wr.with = s.markOf(op)
			}
			l.add(at, text, wr)
			l.texts[text].rows = append(l.texts[text].rows, refsOf(s, op)...)
			if ok {
				l.shown[shownAt{op.Kind, f.Field, c.Stamp}] = text
			}
		}
		for _, st := range op.Clear { // what stood there was seen
			if text := l.shown[shownAt{op.Kind, crm.ReachValue, st}]; text != "" && l.texts[text] != nil {
				l.texts[text].writes = append(l.texts[text].writes, &wrote{seen: []string{text}})
			}
		}
	}
}

func (l *ledger) add(at cell, text string, wr *wrote) {
	if l.texts[text] == nil {
		l.texts[text] = &typed{kind: at.kind, field: at.field}
		l.order = append(l.order, text)
	}
	l.texts[text].rows = append(l.texts[text].rows, at.row)
	l.texts[text].writes = append(l.texts[text].writes, wr)
}

// read is what stood under stamps on a screen.
func (l *ledger) read(at cell, stamps []crdt.Stamp) (out []string) {
	for _, st := range stamps {
		if text := l.shown[shownAt{at.kind, at.field, st}]; text != "" {
			out = append(out, text)
		}
	}
	return out
}

// markOf tells whose an interaction is that was just written here.
func (s *station) markOf(op *crdt.Op) (m mark) {
	err := s.store.File.Read(s.w.ctx, func(tx *rows.Tx) error {
		row, err := tx.Get(op.Kind, op.ID)
		if err != nil || row == nil {
			return err
		}
		m, err = markIn(tx, row.Get(crm.InteractionParty).ID())
		return err
	})
	s.w.must("read whose an interaction is", err)
	return m
}

func markIn(tx *rows.Tx, party crdt.ID) (m mark, err error) {
	row, err := tx.Get(crm.Party, party)
	if err == nil && row != nil {
		made := row.Clocks.Of(crm.PartyType).Stamp
		m = markAt(made)
	}
	return m, err
}

func markAt(s crdt.Stamp) mark { return mark{s.Epoch, s.Time} }

// first is by what a customer could be told at first.
func (l *ledger) first(m mark) mark {
	for {
		was, there := l.remade[m]
		if !there {
			return m
		}
		m = was
	}
}

// respell notes that a change stands in another form now.
func (l *ledger) respell(s *station, f *journal.Former, c *journal.Change) {
	was := change{f.Origin, f.Seq}
	if a, b := markAt(f.Stamp), markAt(c.Stamp); a != b {
		l.remade[b] = a // a wrong clock made it
	}
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		l.touched[cell{op.Kind, op.ID, 0}] = true
		for j := range op.Set {
			text, ok := typedText(op.Set[j].Value)
			if !ok {
				text = ""
			}
			if l.texts[text] == nil {
				continue
			}
			l.shown[shownAt{op.Kind, op.Set[j].Field, c.Stamp}] = text
			l.texts[text].rows = append(l.texts[text].rows, op.ID)
			for _, wr := range l.texts[text].writes {
				if slices.ContainsFunc(wr.forms, func(x form) bool { return x.link == was && x.stamp == f.Stamp }) {
					wr.forms = append(wr.forms, form{s: s, link: change{c.Origin, c.Seq}, stamp: c.Stamp})
				}
			}
		}
	}
	for was, is := range f.IDs {
		l.followed[was] = anew{is, s.seat.branch}
	}
}

// forget notes that a file is gone, with what it wrote as an origin after a number.
func (l *ledger) forget(s *station, origin crdt.Origin, after uint64) {
	for _, text := range l.order {
		for _, wr := range l.texts[text].writes {
			for i := range wr.forms {
				if f := &wr.forms[i]; f.s == s && (f.link.origin != origin || f.link.seq > after) {
					f.lost = true
				}
			}
		}
	}
}

// refsOf are the rows that an op refers to.
func refsOf(s *station, op *crdt.Op) []crdt.ID {
	if s == nil {
		return nil
	}
	return crm.NamedIn(s.w.schema, op)[1:]
}

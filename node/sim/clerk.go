package sim

import (
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// clerks sit at the counters.
func clerks() feature {
	return feature{
		acts: []deed{
			{10, (*World).lookAt}, {14, (*World).record}, {26, (*World).edit}, {4, (*World).prospect}, {3, (*World).addReach},
			{9, (*World).editReach}, {7, (*World).clearReach}, {4, (*World).setTask}, {14, (*World).settle},
		},
		refusals: []refusal{{code: "session_over"}, {code: "clock_ahead"}},
		situations: []string{"act on an old page", "an element with a conflict is cleared", "conflict settled", "conflict settled on an old page",
			"session over"},
	}
}

// look is a page that stands open.
type look struct {
	asked crdt.ID // whose page was asked for
	party crdt.ID // whose it is: the canonical one of those that are linked
	page  *desk.Customer
}

// counter is where a clerk sits: a workstation, or head office.
type counter struct {
	name    string
	branch  int64 // 0: head office
	desk    *desk.Desk
	file    *rows.File
	who     *desk.Who
	looks   *[]look
	unsure  *screen // what was on screen when the disk failed: the act may be in the file
	harvest func(what string, on screen) []*act
}

// signIn brings a random person of the branch to the desk.
func (s *station) signIn() *desk.Who {
	w := s.w
	met, err := s.store.Met(w.ctx)
	if !w.must("ask whether the feed was met", err) {
		return nil
	}
	if !met {
		w.saw("nobody can sign in yet")
		return nil
	}
	var here []person
	for _, p := range w.t.people {
		if p.branch == s.seat.branch {
			here = append(here, p)
		}
	}
	login := pick(w.clerks, here).login
	if s.lockedOut(login) {
		return nil
	}
	if token := s.tokens[login]; token != "" {
		who, err := s.desk.Check(w.ctx, token)
		if err == nil {
			return who
		}
		w.saw("session over")
		if desk.ReasonOf(err) != desk.SignedOut {
			w.must("check a token", err)
		}
	}
	token, who, err := s.desk.SignIn(w.ctx, login, password, true)
	if !w.must(s.name+": sign in "+login, err) {
		return nil
	}
	s.tokens[login] = token
	s.harvest("sign in "+login, nil)
	return who
}

// parties lists who is known at a counter, oldest first.
func (w *World) parties(c *counter) (ids []crdt.ID) {
	err := c.file.Read(w.ctx, func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT id FROM party ORDER BY id`)
		return err
	})
	w.must("list parties", err)
	return ids
}

// someone draws a party, those that are shared more often.
func (w *World) someone(c *counter) crdt.ID {
	ids := w.parties(c)
	if len(ids) == 0 {
		return 0
	}
	if w.clerks.chance(650) {
		return ids[w.clerks.IntN(min(len(ids), sharedParties))]
	}
	return pick(w.clerks, ids)
}

// open opens the page of a party.
func (w *World) open(c *counter, id crdt.ID) *look {
	if id == 0 {
		return nil
	}
	page, err := c.desk.Customer(w.ctx, c.who, id)
	if desk.ReasonOf(err) == desk.NotFound && err != nil {
		w.saw("page of a row that central voided")
		return nil
	}
	if !w.must(c.name+" opens a page", err) {
		return nil
	}
	w.checkPage(c, page)
	l := look{asked: id, party: page.ID, page: page}
	*c.looks = append(*c.looks, l)
	if len(*c.looks) > looksKept {
		*c.looks = slices.Delete(*c.looks, 0, 1)
	}
	return &l
}

func (w *World) lookAt(c *counter) { w.open(c, w.someone(c)) }

// glance takes a page that stands open for some time, or a fresh one.
func (w *World) glance(c *counter) *look {
	if len(*c.looks) > 0 && w.clerks.chance(400) {
		l := pick(w.clerks, *c.looks)
		w.saw("act on an old page")
		return &l
	}
	return w.open(c, w.someone(c))
}

// text makes a value that is nobody else's.
func (w *World) text(what string) string {
	return fmt.Sprintf("%s %d", what, w.clerks.Uint32())
}

// did notes the outcome of an act.
func (w *World) did(c *counter, what string, saved desk.Saved, err error, on screen) {
	acts := c.harvest(what, on)
	if err != nil {
		*c.unsure = on
		if desk.ReasonOf(err) == desk.Internal {
			w.must(c.name+": "+what, err)
		}
		if len(acts) > 0 {
			w.fail("%s: %s failed (%v) and wrote %d changes", c.name, what, err, len(acts))
		}
		w.say(c.name, "%s: %v", what, err)
		w.saw("the desk said no")
		return
	}
	switch {
	case saved.Seq == 0 && len(acts) == 0:
		w.saw("an act that changes nothing")
	case len(acts) != 1 || acts[0].seq != saved.Seq || acts[0].stamp != saved.Stamp:
		w.fail("%s: %s was acknowledged as change %d at %s, the journal has %d new changes", c.name, what, saved.Seq, saved.Stamp, len(acts))
	default:
		w.say(c.name, "%s by %s: row %d, change %d at %s", what, c.who.Login, saved.ID, saved.Seq, saved.Stamp)
	}
}

func (w *World) record(c *counter) {
	l := w.glance(c)
	if l == nil {
		return
	}
	in := desk.Interaction{Channel: pick(w.clerks, crm.Channels), Text: w.text("note")}
	if w.clerks.chance(300) {
		in.PromiseText, in.PromiseDueMS = w.text("promise"), w.nowMS+hourMS
	}
	saved, err := c.desk.RecordInteraction(w.ctx, c.who, pick(w.clerks, []crdt.ID{l.asked, l.party}), in)
	w.did(c, "interaction", saved, err, nil)
}

func (w *World) prospect(c *counter) {
	p := desk.Prospect{Fields: map[string]string{"name": w.text("prospect"), "language": "en"}}
	if w.clerks.chance(500) {
		p.Phone = fmt.Sprintf("+4420%08d", w.clerks.IntN(100_000_000))
	}
	saved, err := c.desk.NewProspect(w.ctx, c.who, p)
	w.did(c, "prospect", saved, err, nil)
}

// edited are the fields clerks fight over.
func edited() []string { return []string{"memo", "memo", "greeting", "address", "name"} }

func (w *World) edit(c *counter) {
	l := w.glance(c)
	if l == nil {
		return
	}
	names := []string{pick(w.clerks, edited())}
	if w.clerks.chance(250) {
		names = append(names, "occupation")
	}
	w.change(c, l, names...)
}

// change writes fields of a page.
func (w *World) change(c *counter, l *look, names ...string) {
	kind := w.schema.Kind(crm.Party)
	on := screen{}
	var edits []desk.Edit
	for _, name := range names {
		f := l.page.Field(name)
		if f.Locked {
			w.saw("a value of the core is locked")
			return
		}
		e := desk.Edit{Field: name, Value: w.text(name), Saw: []string{}}
		if name == "address" { // two halves of one value
			e.Value += "\n" + e.Value
		}
		if f.Stamp != "" {
			e.Saw = []string{f.Stamp}
		}
		on[cell{crm.Party, l.party, kind.Named(name).Num}] = w.stamps(f.Stamp)
		edits = append(edits, e)
	}
	saved, err := c.desk.EditParty(w.ctx, c.who, l.party, edits)
	w.did(c, "edit", saved, err, on)
}

// stamps reads stamps as pages show them.
func (w *World) stamps(words ...string) (out []crdt.Stamp) {
	for _, word := range words {
		s, err := crdt.ParseStamp(word)
		w.must("read a stamp of a page", err)
		if !s.IsZero() {
			out = append(out, s)
		}
	}
	return out
}

func (w *World) addReach(c *counter) {
	l := w.glance(c)
	if l == nil {
		return
	}
	saved, err := c.desk.AddReach(w.ctx, c.who, pick(w.clerks, []crdt.ID{l.asked, l.party}), desk.Reach{Channel: "wechat", Value: w.text("id")})
	w.did(c, "add a way to reach", saved, err, nil)
}

func (w *World) editReach(c *counter) {
	l := w.glance(c)
	if l == nil || len(l.page.Reaches) == 0 {
		return
	}
	r := l.page.Reaches[w.clerks.IntN(min(2, len(l.page.Reaches)))]
	value := w.text("id")
	if r.Channel == "phone" {
		value = fmt.Sprintf("+4420%08d", w.clerks.IntN(100_000_000))
	}
	on := screen{cell{crm.Reach, r.ID, crm.ReachValue}: w.stamps(r.Stamp)}
	saved, err := c.desk.EditReach(w.ctx, c.who, r.ID, value, []string{r.Stamp})
	w.did(c, "edit a way to reach", saved, err, on)
}

// row reads a row as it stands at a counter now.
func (w *World) row(c *counter, kind uint8, id crdt.ID) (row *rows.Stored) {
	err := c.file.Read(w.ctx, func(tx *rows.Tx) (err error) {
		row, err = tx.Get(kind, id)
		return err
	})
	w.must("read a row", err)
	return row
}

func fought(r desk.ReachLine) bool { return len(r.Conflicts) > 0 }

// clearReach removes an element as a page shows it, which may be an old one.
func (w *World) clearReach(c *counter) {
	l := w.shown(c, func(p *desk.Customer) bool { return slices.ContainsFunc(p.Reaches, fought) })
	if l == nil || w.clerks.chance(500) {
		l = w.glance(c)
	}
	if l == nil || len(l.page.Reaches) == 0 {
		return
	}
	r := pick(w.clerks, l.page.Reaches)
	if i := slices.IndexFunc(l.page.Reaches, fought); i >= 0 && w.clerks.chance(500) {
		r = l.page.Reaches[i]
	}
	words := []string{r.Stamp}
	for _, x := range r.Conflicts {
		words = append(words, x.Stamp)
	}
	if len(r.Conflicts) > 0 {
		w.saw("an element with a conflict is cleared")
	}
	on := screen{}
	at := cell{crm.Reach, r.ID, 0}
	on[at] = w.stamps(words...)
	// What never changes is on every page that shows the element.
	if row := w.row(c, crm.Reach, r.ID); row != nil {
		on[at] = append(on[at], row.Clocks.Of(crm.ReachParty).Stamp)
		if w.clerks.chance(300) {
			on[at], words = standingStamps(row), nil // the API names what stands now
		}
	}
	saved, err := c.desk.ClearReach(w.ctx, c.who, r.ID, words...)
	w.did(c, "clear a way to reach", saved, err, on)
}

// standingStamps are all that stand in a row now.
func standingStamps(row *rows.Stored) (out []crdt.Stamp) {
	for _, wr := range row.Clocks {
		out = append(out, wr.Stamp)
	}
	for _, x := range row.Conflicts {
		out = append(out, x.Stamp)
	}
	return out
}

func (w *World) setTask(c *counter) {
	l := w.glance(c)
	if l == nil || len(l.page.Tasks) == 0 {
		return
	}
	t := l.page.Tasks[w.clerks.IntN(min(2, len(l.page.Tasks)))]
	on := screen{cell{crm.Task, t.ID, crm.TaskState}: w.stamps(t.Stamp)}
	saved, err := c.desk.SetTask(w.ctx, c.who, t.ID, pick(w.clerks, crm.TaskStates), t.Stamp)
	w.did(c, "task", saved, err, on)
}

// shown is the page that stands open longest of those that show something; nil:
// none does.
func (w *World) shown(c *counter, is func(*desk.Customer) bool) *look {
	for _, l := range *c.looks {
		if is(l.page) {
			return &l
		}
	}
	return nil
}

// settle ends a conflict that a page shows, or the list as it is now.
func (w *World) settle(c *counter) {
	list, err := c.desk.Conflicts(w.ctx, c.who, 50)
	if !w.must("list conflicts", err) {
		return
	}
	if l := w.shown(c, func(p *desk.Customer) bool { return len(p.Conflicts) > 0 }); l != nil && w.clerks.chance(500) {
		list = l.page.Conflicts
	}
	if len(list) == 0 {
		return
	}
	x := pick(w.clerks, list)
	kind := w.schema.Named(x.Kind)
	at := cell{kind.Num, x.Row, kind.Named(x.Field).Num}
	words := []string{x.CurrentStamp, x.LosingStamp}
	row := w.row(c, at.kind, at.row)
	losing := w.clerks.chance(500)
	if row != nil && !losing {
		// The value that is current stays, whichever it is by now.
		words[0] = row.Clocks.Of(at.field).Stamp.String()
	}
	if row != nil && row.Clocks.Of(at.field).Stamp.String() != x.CurrentStamp {
		w.saw("conflict settled on an old page")
	}
	saved, err := c.desk.Settle(w.ctx, c.who, x.ID, losing, x.CurrentStamp)
	if err == nil {
		w.saw("conflict settled")
	}
	w.did(c, "settle", saved, err, screen{at: w.stamps(words...)})
}

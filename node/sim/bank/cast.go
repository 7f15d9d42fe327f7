package bank

import (
	"slices"

	"bough/crdt"
	"bough/node/sim/bank/words"
)

// Names of the highlights.
const (
	Shared           = "shared"            // customers of both branches, six at least
	Duplicate        = "duplicate"         // one person entered twice, at two branches; a pair each
	DuplicateChinese = "duplicate chinese" // the same with a Chinese name
	OverdueComplaint = "overdue complaint"
	OpenEnquiry      = "open enquiry"
	OpenPromise      = "open promise" // due at the next closing time, and at the one after it
	OverduePromise   = "overdue promise"
	StopWarning      = "stop warning"
	StaleBalance     = "stale balance" // four workdays old
	AmberBalance     = "amber balance" // two workdays old
	Withdrawn        = "consent withdrawn"
	Regranted        = "consent granted again" // names the withdrawal
	CommercialGroup  = "commercial group"      // the parent company first
	Household        = "household"             // the head first
	Prospect         = "prospect"
	LongTimeline     = "long timeline"
	TwoAddresses     = "two addresses" // written at two branches at once: a conflict
	ToBeKeyed        = "to be keyed"   // a card block that the core has not heard of
)

// shown is a highlight in the plan.
type shown struct {
	name    string
	parties []int32
}

// starBranches get every situation; the others what chance brings.
const starBranches = 2

// role in the cast of one branch, by place in parties.
type roles struct {
	branch                        int32
	promises                      [2]int32
	overdue, complaint, enquiry   int32
	stop, stale, amber            int32
	withdrawn, regranted, oneself int32
}

// cast picks who plays the situations that must exist, whatever the seed.
func (w *world) cast() {
	r := newRng(w.o.Seed, streamCast)
	w.visitors(r)
	for b := range min(starBranches, len(w.branches)) {
		next := w.audition(r, int32(b))
		s := roles{branch: int32(b), promises: [2]int32{next(), next()}, overdue: next(), complaint: next(), enquiry: next(),
			stop: next(), stale: next(), amber: next(), withdrawn: next(), regranted: next(), oneself: next()}
		w.stars = append(w.stars, s)
		w.twin(r, s.oneself, b)
		w.show(OpenPromise, s.promises[:]...)
		w.show(OverduePromise, s.overdue)
		w.show(OverdueComplaint, s.complaint)
		w.show(OpenEnquiry, s.enquiry)
		w.show(StopWarning, s.stop)
		w.show(StaleBalance, s.stale)
		w.show(AmberBalance, s.amber)
		w.show(Withdrawn, s.withdrawn)
		w.show(Regranted, s.regranted)
		w.show(ToBeKeyed, s.complaint)
		w.show(Prospect, w.branches[b].prospects[0])
	}
	w.showFamilies()
}

func (w *world) show(name string, parties ...int32) {
	for i := range w.shown {
		if w.shown[i].name == name {
			w.shown[i].parties = append(w.shown[i].parties, parties...)
			return
		}
	}
	w.shown = append(w.shown, shown{name, append([]int32(nil), parties...)})
}

// audition hands out the branch's adults who were there from the beginning,
// each once, then again from the first.
func (w *world) audition(r *rng, b int32) func() int32 {
	var list []int32
	for _, i := range w.branches[b].adults {
		if p := &w.parties[i]; p.loaded && p.elsewhere == none {
			p.former = false
			list = append(list, i)
			if len(list) == 64 {
				break
			}
		}
	}
	if len(list) == 0 {
		list = w.branches[b].adults
	}
	list = slices.Clone(list)
	for i := len(list) - 1; i > 0; i-- {
		j := r.n(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	at := -1
	return func() int32 {
		at++
		i := list[at%len(list)]
		w.parties[i].star = true
		return i
	}
}

// visitors gives some customers a second branch: three of each star branch for
// certain, of the rest one or two in a hundred.
func (w *world) visitors(r *rng) {
	n := len(w.branches)
	if n < 2 {
		return
	}
	for b := range n {
		sure := 0
		for _, i := range w.branches[b].adults {
			p := &w.parties[i]
			star := b < starBranches && sure < 3 && p.loaded
			if !star && !r.pct(1) {
				continue
			}
			p.former = false
			if p.elsewhere = int32((b + 1 + r.n(n-1)) % n); star {
				p.elsewhere = int32(1 - b)
				sure++
				w.show(Shared, i)
			}
		}
	}
}

// twin makes a prospect of the next branch the same person as a customer.
func (w *world) twin(r *rng, original int32, b int) {
	other := &w.branches[(b+1)%len(w.branches)]
	p, q := &w.parties[original], &w.parties[other.prospects[1]]
	name, pairs := Duplicate, words.TwinsEN
	if p.han = w.branches[b].han; p.han {
		name, pairs = DuplicateChinese, words.TwinsZH
		p.document = residentID(r, int(p.birth), p.sex)
	} else {
		p.document = passport(r)
	}
	t := pairs[btoi(p.sex == 'm')]
	p.name, p.family = t.Name, t.Family
	q.name, q.family, q.document = t.Again, p.family, ""
	q.han, q.sex, q.birth, q.phone, q.lang = p.han, p.sex, p.birth, p.phone, p.lang
	w.homes[q.home].address = w.homes[p.home].address
	w.show(name, original, other.prospects[1])
}

// showFamilies finds a household with children and the largest group.
func (w *world) showFamilies() {
	var most int
	for i := range w.homes {
		h := &w.homes[i]
		if size := len(h.children); h.partner != none && size > most {
			most = size
			w.setShown(Household, append([]int32{h.head, h.partner}, h.children...))
		}
		if most == 2 {
			break
		}
	}
	most = 0
	for _, g := range w.groups {
		if len(g.subs) <= most {
			continue
		}
		most = len(g.subs)
		list := []int32{w.firms[g.head].party}
		for _, s := range g.subs {
			list = append(list, w.firms[s].party)
		}
		w.setShown(CommercialGroup, list)
	}
}

func (w *world) setShown(name string, parties []int32) {
	for i := range w.shown {
		if w.shown[i].name == name {
			w.shown[i].parties = parties
			return
		}
	}
	w.show(name, parties...)
}

// highlights names the parties once they have ids.
func (w *world) highlights() []Highlight {
	busiest := int32(0)
	for i := range w.parties {
		if w.parties[i].talks > w.parties[busiest].talks {
			busiest = int32(i)
		}
	}
	w.setShown(LongTimeline, []int32{busiest})
	out := make([]Highlight, 0, len(w.shown))
	for _, s := range w.shown {
		h := Highlight{Name: s.name, IDs: make([]crdt.ID, 0, len(s.parties))}
		for _, i := range s.parties {
			h.IDs = append(h.IDs, w.parties[i].id)
		}
		out = append(out, h)
	}
	return out
}

package bank

import (
	"strings"

	"bough/node/sim/bank/words"
)

// wholeBP is all of a firm, in basis points.
const wholeBP = 10_000

// firm is what an organisation has besides a party.
type firm struct {
	party       int32
	owners      []stake
	director    int32
	signatories []int32
	guarantor   int32 // none, or an owner who stands in for the firm's debts
	group       int32
	industry    words.Industry
	legalForm   string
	address     string
}

// stake is an owner's share; shares of a firm sum to wholeBP.
type stake struct {
	party   int32
	shareBP int64
}

// group is a parent company and its subsidiaries.
type group struct {
	name string
	subs []int32 // places in firms
	head int32
}

// businesses founds so many firms in a branch; one in eight or so heads a group.
func (w *world) businesses(r *rng, b int32, n int) {
	from := int32(len(w.firms))
	for range n {
		w.found(r, b)
	}
	made := w.firms[from:]
	for len(made) >= 2 {
		size := 1 + r.between(1, min(3, len(made)-1))
		w.join(r, from, int32(size))
		skip := min(size+r.between(6, 14), len(made))
		made, from = made[skip:], from+int32(skip)
	}
}

// found makes one firm with the persons behind it.
func (w *world) found(r *rng, b int32) {
	at, br := int32(len(w.parties)), &w.branches[b]
	f := firm{party: at, guarantor: none, group: none, address: address(r, br)}
	today := int(w.o.NowMS / dayMS)
	p := party{
		branch: b, home: none, elsewhere: none, org: true, han: br.han != r.pct(w.o.ForeignPercent/2),
		firm: int32(len(w.firms)), birth: int32(today - r.between(900, 12000)), lang: "en",
	}
	if p.han {
		p.document, p.lang = creditCode(r), "zh-CN"
	} else {
		p.document = registration(r)
	}
	w.christen(r, &p, &f, brand(r, p.han))
	p.phone = w.phones.next(br.Country)
	p.officer = pick(r, br.staff[2:])
	w.arrive(r, &p, 28)
	f.owners = w.owners(r, br)
	for _, o := range f.owners {
		w.ownedBy(&p, o.party)
	}
	f.director = f.owners[0].party
	if r.pct(25) {
		f.director = pick(r, br.adults)
		w.ownedBy(&p, f.director)
	}
	f.signatories = []int32{f.director}
	if second := f.owners[len(f.owners)-1].party; second != f.director && r.pct(60) {
		f.signatories = append(f.signatories, second)
	}
	if r.pct(45) {
		f.guarantor = f.owners[0].party
	}
	w.firms = append(w.firms, f)
	w.parties = append(w.parties, p)
}

// ownedBy makes sure that a firm is not written before a person it names.
func (w *world) ownedBy(firm *party, person int32) {
	if p := &w.parties[person]; !p.loaded {
		firm.loaded, firm.former = false, false
		firm.created = max(firm.created, p.created+hourMS)
		firm.since = max(firm.since, p.since)
	}
}

func brand(r *rng, han bool) string {
	if han {
		return pick(r, words.Brands)
	}
	return pick(r, words.Wholes)
}

// christen names a firm.
func (w *world) christen(r *rng, p *party, f *firm, brand string) {
	br := &w.branches[p.branch]
	if p.han {
		form := pick(r, words.LegalFormsZH)
		f.industry = pick(r, words.IndustriesZH)
		town := ""
		if br.han && r.pct(80) {
			town = strings.TrimSuffix(br.Town, "市")
		}
		p.family, f.legalForm = brand, form.Name
		p.name = town + brand + f.industry.Word + form.Word
		return
	}
	form := pick(r, words.LegalForms)
	f.industry = pick(r, words.Industries)
	p.family, f.legalForm = brand, form.Name
	if r.pct(30) {
		p.family = ampersand(r, brand)
	}
	p.name = p.family + " " + f.industry.Word + " " + form.Word
}

// ampersand joins a brand with a second name.
func ampersand(r *rng, brand string) string {
	return brand + " & " + words.Family(pick(r, words.Nations[0].Family), false)
}

// owners draws one to four adults of the branch and deals out the shares.
func (w *world) owners(r *rng, b *branch) []stake {
	var out []stake
	for range 1 + r.front(4) {
		who := pick(r, b.adults)
		known := false
		for _, s := range out {
			known = known || s.party == who
		}
		if !known {
			out = append(out, stake{party: who})
		}
	}
	left := int64(wholeBP)
	for i := range out[1:] {
		// Round figures mostly; always enough left for the rest.
		share := int64(r.between(2, 100/len(out))) * 100
		if r.pct(15) {
			share -= 67 // a third and the like never come out even
		}
		out[i+1].shareBP = share
		left -= share
	}
	out[0].shareBP = left
	return out
}

// join makes a group of size firms from a place on: the first heads it and
// owns most or all of the others, which take its name.
func (w *world) join(r *rng, from, size int32) {
	head := &w.firms[from]
	hp := &w.parties[head.party]
	g := group{head: from, name: hp.family + " Group"}
	if hp.han {
		g.name = hp.family + "集团"
	}
	at := int32(len(w.groups))
	head.group = at
	hp.former = false
	for i := from + 1; i < from+size; i++ {
		f := &w.firms[i]
		p := &w.parties[f.party]
		p.former = false
		if p.han == hp.han {
			brand, _, _ := strings.Cut(hp.family, " & ")
			w.christen(r, p, f, brand)
		}
		f.group = at
		share := int64(wholeBP)
		if r.pct(40) {
			share = int64(r.between(51, 90)) * 100
		}
		f.owners = []stake{{head.party, share}}
		if share < wholeBP {
			f.owners = append(f.owners, stake{f.director, wholeBP - share})
		}
		f.guarantor = none
		if !hp.loaded {
			p.loaded, p.created = false, max(p.created, hp.created+hourMS)
			p.since = max(p.since, hp.since)
		}
		g.subs = append(g.subs, i)
	}
	w.groups = append(w.groups, g)
}

// prospects adds persons, and now and then a firm, that hold nothing yet.
func (w *world) prospects(r *rng, b int32, n int) {
	br := &w.branches[b]
	for i := range n {
		h := home{head: none, partner: none, elder: none, han: br.han != r.pct(w.o.ForeignPercent), nation: drawNation(r), address: address(r, br)}
		h.family = drawFamily(r, h.han, h.nation)
		at := int32(len(w.homes))
		w.homes = append(w.homes, h)
		who := w.person(r, newcomer{b, at, h.han, h.nation, h.family, pick(r, []byte{'f', 'm'}), r.between(19, 62)})
		w.homes[at].head = who
		br.adults = br.adults[:len(br.adults)-1]
		br.prospects = append(br.prospects, who)
		w.unknown(r, &w.parties[who], i)
	}
}

// unknown turns a person into a prospect: entered by a clerk, not by the core.
func (w *world) unknown(r *rng, p *party, nth int) {
	cal := w.branches[p.branch].cal
	p.prospect, p.loaded, p.former, p.since = true, false, false, 0
	day := r.between(cal.last()/2, cal.last()-4)
	if nth == 0 {
		day = cal.last() - 2 // somebody came in just now
	}
	p.created = cal.moment(r, day)
	p.detailed = p.created
	if r.pct(60) {
		p.document = ""
	}
}

package bank

import (
	"strconv"

	"bough/node/sim/bank/words"
)

// pyramid gives the weight of each five years of age of a household's head,
// from 20 on.
var pyramid = [...]int{8, 10, 11, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2, 1}

const (
	firstAge    = 20
	pyramidSum  = 100
	adultAge    = 18
	leavesHome  = 24 // children older than this are not listed at home
	longestYear = 1461
)

// households settles so many persons in a branch.
func (w *world) households(r *rng, b int32, quota int) {
	for left := quota; left > 0; {
		left -= w.household(r, b, left)
	}
}

func headAge(r *rng) int {
	at := r.n(pyramidSum)
	for i, weight := range pyramid {
		if at < weight {
			return firstAge + 5*i + r.n(5)
		}
		at -= weight
	}
	return firstAge
}

// household makes one household of at most room persons and tells how many.
func (w *world) household(r *rng, b int32, room int) int {
	br := &w.branches[b]
	h := home{head: none, partner: none, elder: none, han: br.han != r.pct(w.o.ForeignPercent), nation: drawNation(r)}
	h.family = drawFamily(r, h.han, h.nation)
	age, shape := headAge(r), r.n(100)
	if elder, ok := w.elder(r, b); ok && r.pct(10) {
		e := &w.parties[elder]
		old := w.age(e.birth)
		h.elder, h.han, age = elder, e.han, max(old-r.between(22, 38), firstAge)
		h.family, h.nation = w.homes[e.home].family, w.homes[e.home].nation
	}
	at := int32(len(w.homes))
	w.homes = append(w.homes, h)
	hp := &w.homes[at]
	hp.address = address(r, br)
	sex := pick(r, []byte{'f', 'm'})
	hp.head = w.person(r, newcomer{b, at, h.han, h.nation, h.family, sex, age})
	made := 1
	if shape >= 34 && shape < 90 && room > made {
		hp.partner = w.partner(r, newcomer{b, at, h.han, h.nation, h.family, sex, age})
		made++
	}
	if shape >= 60 && age >= 22 && age < 66 {
		for range r.between(1, 3) {
			if childAge := age - r.between(21, 36); childAge >= 0 && childAge <= leavesHome && room > made {
				hp.children = append(hp.children, w.person(r, newcomer{b, at, h.han, h.nation, h.family, pick(r, []byte{'f', 'm'}), childAge}))
				made++
			}
		}
	}
	return made
}

// elder looks for somebody old enough to be a parent of a new head.
func (w *world) elder(r *rng, b int32) (int32, bool) {
	settled := len(w.parties) - int(w.branches[b].from)
	if settled == 0 {
		return none, false
	}
	i := w.branches[b].from + int32(r.n(settled))
	p := &w.parties[i]
	ok := w.age(p.birth) >= firstAge+24 && w.homes[p.home].head == i && !p.former
	return i, ok
}

// partner of a head described by n: mostly of the other sex and about as old.
// Chinese partners keep their family name; of the others most share one.
func (w *world) partner(r *rng, n newcomer) int32 {
	if !r.pct(5) {
		n.sex = 'f' + 'm' - n.sex
	}
	n.age = max(firstAge, n.age+r.between(-4, 4))
	if r.pct(4) {
		n.han = !n.han
	}
	if n.han || r.pct(15) || n.han != w.homes[n.home].han {
		n.family = drawFamily(r, n.han, n.nation)
	}
	return w.person(r, n)
}

// newcomer is what decides who a person becomes.
type newcomer struct {
	branch, home int32
	han          bool
	nation       *words.Nation
	family       string
	sex          byte
	age          int
}

func (w *world) age(birth int32) int {
	return (int(w.o.NowMS/dayMS) - int(birth)) * 4 / longestYear
}

// person adds a person and draws all that does not depend on holdings.
func (w *world) person(r *rng, n newcomer) int32 {
	at, br := int32(len(w.parties)), &w.branches[n.branch]
	today := int(w.o.NowMS / dayMS)
	p := party{
		branch: n.branch, home: n.home, firm: none, elsewhere: none, han: n.han, sex: n.sex,
		birth: int32(today - n.age*longestYear/4 - 2 - r.n(360)), child: n.age < adultAge,
	}
	p.family = words.Family(n.family, n.sex == 'f')
	p.name = fullName(r, n, p.family)
	p.lang = language(r, n.han, br.han, n.nation)
	if n.age >= 12 {
		p.phone = w.phones.next(br.Country)
	}
	p.officer = pick(r, br.staff)
	w.arrive(r, &p, n.age) // may shift the birth, which the document shows
	if n.han {
		p.document = residentID(r, int(p.birth), n.sex)
	} else {
		p.document = passport(r)
	}
	if !p.child {
		br.adults = append(br.adults, at)
	}
	w.parties = append(w.parties, p)
	return at
}

// arrive decides since when a party is a customer: most were there before the
// window, some came within it.
func (w *world) arrive(r *rng, p *party, years int) {
	cal := w.branches[p.branch].cal
	first := cal.days[0]
	p.loaded = r.pct(86) && int(p.birth)+40 < first
	if p.loaded {
		known := years // a child from birth, others since they could earn
		if !p.child {
			known = min(max(years-16, 2), 35)
		}
		p.since = int32(first - 2 - r.n(max(known*365, 400)))
		p.since = max(p.since, min(p.birth+30, int32(first-2)))
		p.former = !p.child && r.pct(1)
		return
	}
	// Ten days before the present at the latest: what follows needs room.
	i := r.between(5, cal.last()-10)
	p.since = int32(cal.days[i])
	p.birth = min(p.birth, p.since-30)
	p.created = cal.midnight(cal.days[i]) + 8*hourMS + int64(r.n(3000))*1000
}

func drawNation(r *rng) *words.Nation {
	at := r.n(100)
	for i := range words.Nations {
		if at < words.Nations[i].Weight {
			return &words.Nations[i]
		}
		at -= words.Nations[i].Weight
	}
	return &words.Nations[0]
}

// drawFamily draws a family name; both forms of it where there are two.
func drawFamily(r *rng, han bool, nation *words.Nation) string {
	if !han {
		return pick(r, nation.Family)
	}
	if r.pct(4) {
		return pick(r, words.DoubleSurnames)
	}
	return words.Surnames[r.front(len(words.Surnames))]
}

func fullName(r *rng, n newcomer, family string) string {
	if n.han {
		list := words.GivenMale
		if n.sex == 'f' {
			list = words.GivenFemale
		}
		name := family + words.Han(pick(r, list))
		if !r.pct(22) {
			name += words.Han(pick(r, list))
		}
		return name
	}
	list := n.nation.Male
	if n.sex == 'f' {
		list = n.nation.Female
	}
	name := pick(r, list)
	if r.pct(12) {
		name += " " + string("ABCDEFGHJKLMNPRSTW"[r.n(18)]) + "."
	}
	return name + " " + family
}

func language(r *rng, han, hanBranch bool, nation *words.Nation) string {
	switch {
	case han && (hanBranch || r.pct(65)), !han && hanBranch && r.pct(25):
		return "zh-CN"
	case !han && !hanBranch && r.pct(15):
		return nation.Language
	}
	return "en"
}

// address is postal, lines separated by line feeds; the towns do not exist.
func address(r *rng, b *branch) string {
	if b.han {
		if r.pct(70) {
			return b.Region + b.Town + pick(r, words.StreetsZH) + strconv.Itoa(r.between(1, 320)) + "号\n" +
				pick(r, words.Estates) + strconv.Itoa(r.between(1, 28)) + "幢" + strconv.Itoa(r.between(1, 4)) + "单元" +
				strconv.Itoa(r.between(1, 26)*100+r.between(1, 4)) + "室"
		}
		return b.Region + b.Town + pick(r, words.StreetsZH) + strconv.Itoa(r.between(1, 320)) + "号"
	}
	line := strconv.Itoa(r.between(1, 240)) + " " + pick(r, words.Streets)
	if r.pct(25) {
		line += "\nApt " + strconv.Itoa(r.between(1, 60))
	}
	return line + "\n" + b.Town + ", " + b.Region
}

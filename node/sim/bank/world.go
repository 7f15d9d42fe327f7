package bank

import (
	"strconv"

	"bough/crdt"
	"bough/node/sim/bank/words"
)

// world is the plan of a bank. Parties, holdings and the rest refer to each
// other by their places in these slices; none means no such thing.
type world struct {
	o        Options
	branches []branch
	people   []Person
	parties  []party
	homes    []home
	firms    []firm
	groups   []group
	holdings []holding
	tasks    []task
	cases    []caseFile
	consents []withdrawal
	figured  []int32 // holdings with monthly figures
	events   []event
	shown    []shown
	stars    []roles

	money  *rng
	plan   *rng
	phones phones
	loadMS int64 // when the core-banking feed brought whoever was there before
	pen    pen
	talks  *phrases
}

const none int32 = -1

// branch with what belongs to it.
type branch struct {
	words.Place
	name   string
	han    bool
	cal    *calendar
	staff  []int32 // places in people: tellers, bankers, the manager last
	from   int32   // its parties are from..to, prospects included
	to     int32
	adults []int32 // customers of age
	// prospects, the second of them made somebody's twin
	prospects []int32
}

// party is a person or an organisation.
type party struct {
	id                    crdt.ID
	branch                int32
	home, firm            int32 // place in homes (persons) and firms (organisations)
	birth, since          int32 // days
	officer               int32 // place in people
	created, detailed     int64 // ms UTC
	holdFrom, holdTo      int32
	talks                 int32
	elsewhere             int32 // another branch that serves it too
	org, han, prospect    bool
	former, loaded, child bool
	star                  bool // plays a situation: chance leaves its consents alone
	sex                   byte
	name, family          string
	document, phone, lang string
}

type home struct {
	head, partner int32
	children      []int32
	elder         int32 // the head's parent, in another household
	address       string
	han           bool
	nation        *words.Nation
	family        string // with both forms, or with its reading
}

func newWorld(o Options) *world {
	w := &world{o: o, money: newRng(o.Seed, streamMoney), plan: newRng(o.Seed, streamPlan)}
	pr := newRng(o.Seed, streamPhones)
	w.phones = phones{r: pr, shift: pr.n(pageSize)}
	w.talks = newPhrases()
	first := int(o.NowMS/dayMS) - 365*o.Years
	w.loadMS = int64(first)*dayMS - dayMS
	w.employ(words.Admin, "admin", 0)
	for i := range o.Branches {
		w.branches = append(w.branches, w.open(i, first))
	}
	w.employ(words.Auditor, "auditor", 0)
	return w
}

// open makes the ith branch and hires its people.
func (w *world) open(i, first int) branch {
	place := words.Places[i%len(words.Places)]
	b := branch{Place: place, name: place.Name, han: place.Country == "CN"}
	round := i / len(words.Places)
	if round > 0 {
		b.name += " " + strconv.Itoa(round+1)
	}
	b.cal = newCalendar(zoneOf(place.TimeZone), first, w.o.NowMS)
	roles := [clerksPerBranch]string{"teller", "teller", "banker", "banker", "manager"}
	for slot, role := range roles {
		n := i*clerksPerBranch + slot
		c := words.Clerks[n%len(words.Clerks)]
		if again := n / len(words.Clerks); again > 0 {
			c.Login += strconv.Itoa(again + 1)
		}
		b.staff = append(b.staff, w.employ(c, role, int64(i+1)))
	}
	return b
}

func (w *world) employ(c words.Clerk, role string, branch int64) int32 {
	w.people = append(w.people, Person{
		ID: crdt.ID(len(w.people) + 1), Login: c.Login, Name: c.Name, Role: role, Branch: branch,
		Password: "bough-demo-" + c.Login,
	})
	return int32(len(w.people) - 1)
}

func (w *world) publicBranches() []Branch {
	out := make([]Branch, 0, len(w.branches))
	for i := range w.branches {
		b := &w.branches[i]
		out = append(out, Branch{Number: int64(i + 1), Name: b.name, Region: b.Region, TimeZone: b.TimeZone, Country: b.Country})
	}
	return out
}

// settle fills the branches: households, firms, groups, prospects, and what
// they hold.
func (w *world) settle() {
	people, firms := newRng(w.o.Seed, streamPeople), newRng(w.o.Seed, streamFirms)
	total, n := w.o.Customers, len(w.branches)
	w.parties = make([]party, 0, total+total/20+8*n)
	for i := range w.branches {
		b := &w.branches[i]
		b.from = int32(len(w.parties))
		share := total/n + btoi(i < total%n)
		business := max(share*15/100, 2)
		w.households(people, int32(i), share-business)
		w.businesses(firms, int32(i), business)
		w.prospects(people, int32(i), max(share*4/100, 3))
		b.to = int32(len(w.parties))
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

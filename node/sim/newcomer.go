package sim

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/node/store/vault"
	"bough/sync/bundle"
	"bough/sync/rows"
	"bough/sync/seed"
	"bough/sync/trust"
	"bough/sync/uplink"
	"bough/sync/wire"
)

// Newcomer is the fault that new workstations begin with a neighbour's copy, and
// that this goes wrong.
const Newcomer Fault = "newcomer"

// What goes wrong, per mille of asks, and how long things take.
const (
	newcomerCut  = 500 // the answer ends early
	newcomerBent = 450 // a bit of it is another
	newcomerDies = 450 // the newcomer's process is killed; what came whole stays
	newcomerLies = 650 // of copies: the neighbour changed something
	lineGoes     = 300 // in a quiet hour
	newcomerAsks = 300 // then it begins empty
	newcomerMS   = 10_000
	copyPages    = 24 // of a part: so small that there are several
)

// newcomers lose their disk, join anew, and ask a neighbour for its rows.
func newcomers() feature {
	return feature{
		faults:  []fault{{Newcomer, "a new workstation begins with a neighbour's copy, which is cut, bent or a lie"}},
		nemeses: []nemesis{{Newcomer, 2, (*World).loseDisk}},
		stories: []story{{Newcomer, 9, (*World).quietHour}},
		situations: []string{"a new workstation begins with a neighbour's copy", "a copy for a new workstation is cut", "a bent part of a copy is noticed",
			"a new workstation is killed while its file comes", "a neighbour that lies is found out", "nobody confirms a copy, and it waits",
			"a copy that is not central's is not taken"},
	}
}

// quietHour is a new workstation in a branch where nobody acts for a while, so
// that what its neighbours have is what central has; sometimes their line is cut
// before that is confirmed.
func (w *World) quietHour() {
	s := w.doomed()
	if s == nil {
		return
	}
	w.burn(s, 5_000)
	w.rest(s.seat.branch, 200_000)
	if w.faults.chance(lineGoes) {
		w.then(w.faults.between(30_000, 50_000), func() { w.cutOff(s.seat.branch, 60_000) })
	}
}

// arrivals are the workstations of a world that wait for their first file.
type arrivals struct{ of map[*station]*arrival }

// arrival is one of them.
type arrival struct {
	s, from *station
	path    string // of the neighbour's copy; it lies on their disk
	lie     string // what they changed in it; empty: nothing
	id      [16]byte
	ask     wire.SnapshotAsk
	box     *trust.ReplyBox
	parts   [][]byte // that came whole
	total   int      // 0: not known yet
	asks    int
	waits   bool // nobody confirmed what is whole: until central is reached, it is as it was
}

// begs has a workstation that joined anew ask its neighbours for a file; false:
// there is none to ask.
func (s *station) begs() bool {
	w := s.w
	m := mine[arrivals](w)
	if !w.o.has(Newcomer) || w.healed || s.older() {
		return false
	}
	secret := make([]byte, 32)
	_, err := io.ReadFull(s.secret, secret)
	box, err2 := trust.ParseReplyBox(secret)
	if !w.must("make a reply box", errors.Join(err, err2)) {
		return false
	}
	if m.of == nil {
		m.of = map[*station]*arrival{}
	}
	a := &arrival{s: s, box: box}
	m.of[s] = a
	w.after(newcomerMS, a.next)
	return true
}

// over ends an arrival.
func (a *arrival) over() {
	delete(mine[arrivals](a.s.w).of, a.s)
	a.drop()
	a.s.away = false
}

// drop lets go of a copy and of what came of it.
func (a *arrival) drop() {
	if a.from != nil {
		a.s.w.must("remove a copy", removeFile(a.path))
	}
	a.from, a.parts, a.total, a.lie, a.ask, a.waits = nil, nil, 0, "", wire.SnapshotAsk{}, false
}

// giveUp begins with an empty file, which the feed fills.
func (a *arrival) giveUp() {
	a.over()
	if a.s.w.must("make a file", copyFile(a.s.blank(), a.s.path())) {
		a.s.boot()
	}
}

// next asks for what is missing, or looks at what is whole.
func (a *arrival) next() {
	w := a.s.w
	if mine[arrivals](w).of[a.s] != a || len(w.failures) > 0 {
		return
	}
	if a.asks++; a.asks > newcomerAsks || w.healed {
		a.giveUp()
		return
	}
	switch {
	case a.total > 0 && len(a.parts) == a.total:
		a.settle()
	case a.from == nil && !a.choose(): // nobody can just now
	default:
		a.fetch()
	}
	if mine[arrivals](w).of[a.s] == a {
		w.after(w.net.between(newcomerMS/2, newcomerMS), a.next)
	}
}

// reaches reports whether the LAN carries between the two.
func (a *arrival) reaches(p *station) bool {
	l := mine[lanState](a.s.w)
	return p.up && p.pause <= a.s.w.nowMS && !l.cut[a.s.seat.branch] && !l.apart[a.s] && !l.apart[p] && p.disk.how == ""
}

// choose has a neighbour make a copy.
func (a *arrival) choose() bool {
	w := a.s.w
	var near []*station
	for _, p := range w.stations {
		if p != a.s && p.seat.branch == a.s.seat.branch && !p.older() && a.reaches(p) {
			near = append(near, p)
		}
	}
	if len(near) == 0 {
		return false
	}
	p := pick(w.faults, near)
	settled, err := p.store.Settled(w.ctx)
	if !w.must(p.name+" looks whether a copy can be made", err) || !settled {
		return false
	}
	path := w.file(fmt.Sprintf("copy-of-%s-for-%s", p.name, a.s.name), a.asks)
	if !w.must(p.name+" makes a copy", p.store.Copy(w.ctx, path)) {
		return false
	}
	a.from, a.path = p, path
	_, err = io.ReadFull(p.secret, a.id[:])
	a.ask = wire.SnapshotAsk{ID: hex.EncodeToString(a.id[:]), Reply: a.box.Public()}
	w.say(a.s.name, "asks %s for a copy", p.name)
	if w.faults.chance(newcomerLies) {
		a.spoil(p)
	}
	return w.must("draw an id", err)
}

// spoil makes the neighbour a liar.
func (a *arrival) spoil(p *station) {
	w := a.s.w
	f, err := rows.Open(rows.Options{Path: a.path, Schema: p.store.File.Schema(), Migrations: store.LocalTables(), NoSync: true, Alone: true, Disk: p.disk.Disk})
	if !w.must("open a copy", err) {
		return
	}
	err = f.Write(w.ctx, func(tx *rows.Tx) error {
		id, err := tx.IDs(`SELECT id FROM party ORDER BY id LIMIT 1`)
		if err != nil || len(id) == 0 {
			return err
		}
		a.lie = pick(w.faults, []string{"a name", "a name and its digest", "a row less", "a sign-in"})
		switch a.lie {
		case "a name":
			return tx.Exec(`UPDATE party SET name='Eve' WHERE id=?1`, int64(id[0]))
		case "a sign-in":
			return tx.Exec(`INSERT INTO token (hash, session, person, api, seen, until) VALUES (x'01', 1, 1, 1, 1, 99999999999999)`)
		}
		old, err := tx.Get(crm.Party, id[0])
		if err != nil {
			return err
		}
		next := (*rows.Stored)(nil)
		if a.lie == "a name and its digest" {
			changed := *old
			changed.Row = old.Row.Clone()
			changed.Fields[crm.PartyName] = crdt.TextValue("Eve")
			next = &changed
		}
		return tx.Swap(old, next, a.s.seat.branch)
	})
	w.must("change a copy", errors.Join(err, f.Checkpoint(w.ctx), f.Close()))
}

// fetch asks for the parts that are missing.
func (a *arrival) fetch() {
	w := a.s.w
	if !a.reaches(a.from) {
		if a.from.away {
			a.drop() // its disk is gone, and the copy
		}
		return
	}
	var out bytes.Buffer
	stream := seed.Stream{Central: bundle.CentralOf(w.t.authority.Root().Fingerprint()), ID: a.id, Disk: a.from.disk.Disk, Path: a.path, Pages: copyPages}
	a.ask.Chunk = len(a.parts)
	if !w.must(a.from.name+" sends a copy", stream.Send(&out, &a.ask)) {
		return
	}
	sent, bent := out.Bytes(), false
	if w.net.chance(newcomerBent) {
		bent = true
		sent[w.net.IntN(len(sent))] ^= 1 << w.net.IntN(8)
	}
	if w.net.chance(newcomerCut) {
		w.saw("a copy for a new workstation is cut")
		sent = sent[:w.net.IntN(len(sent))]
	}
	err := a.take(bytes.NewReader(sent))
	switch {
	case err == nil, errors.Is(err, bundle.ErrCut):
	case bent:
		w.saw("a bent part of a copy is noticed")
	default:
		w.fail("%s: a copy of %s cannot be read: %v", a.s.name, a.from.name, err)
	}
	if w.faults.chance(newcomerDies) {
		w.saw("a new workstation is killed while its file comes")
		a.box, _ = trust.ParseReplyBox(bytes.Repeat([]byte{byte(a.asks)}, 32))
		a.ask.Reply = a.box.Public()
	}
}

// take keeps the parts that come whole.
func (a *arrival) take(r io.Reader) error {
	h, err := bundle.ReadHeader(r)
	if errors.Is(err, bundle.ErrForeign) {
		return bundle.ErrCut // cut within the header, or bent there
	}
	if err != nil {
		return err
	}
	key, err := a.box.OpenKey(h.Sealed, h.Info())
	if err != nil {
		return err
	}
	in, err := bundle.NewReader(r, h, key)
	if err != nil {
		return err
	}
	first, err := in.Next()
	if err != nil {
		return err
	}
	var letter wire.SnapshotLetter
	if err := json.Unmarshal(first, &letter); err != nil || letter.From != len(a.parts) {
		return fmt.Errorf("%w: its letter", bundle.ErrDamaged)
	}
	a.total = letter.Chunks
	for {
		part, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		a.parts = append(a.parts, bytes.Clone(part))
	}
}

// settle holds what is whole against what central says, and begins with it.
func (a *arrival) settle() {
	w, s := a.s.w, a.s
	if a.waits && !a.confirmable() {
		w.saw("nobody confirms a copy, and it waits")
		return
	}
	disk, err := newPlatter(w, s.path())
	if !w.must("mount a disk", err) {
		return
	}
	n := 0
	err = rows.FromPages(disk.Disk, s.path(), func() ([]byte, error) {
		if n == len(a.parts) {
			return nil, io.EOF
		}
		n++
		return a.parts[n-1], nil
	})
	if err == nil {
		err = store.SettleCopy(w.ctx, store.Options{Path: s.path(), Schema: s.schema, Origin: s.seat.origin, Branch: s.seat.branch, Rand: s.secret, NowMS: s.nowMS, NoSync: true, Alone: true, Disk: disk.Disk}, a.prove)
	}
	if err == nil && a.lie == "" {
		a.scan(disk)
	}
	lies := err == nil && a.lie != "" && a.lies(disk)
	w.must("close a disk", disk.Close())
	switch {
	case lies:
		w.fail("%s begins with a copy of %s, who lies: %s", s.name, a.from.name, a.lie)
	case err == nil:
		a.moveIn()
	case errors.Is(err, errUnconfirmed):
		a.waits = true
		w.saw("nobody confirms a copy, and it waits")
		w.must("remove a file", removeFile(s.path()))
	case errors.Is(err, store.ErrOtherRows) && w.hub.began(), errors.Is(err, store.ErrSnapshot) && w.rotted():
		w.say(s.name, "cannot use the copy of %s: %v", a.from.name, err)
		w.saw("a copy that is not central's is not taken")
		a.drop()
		w.must("remove a file", removeFile(s.path()))
	case a.lie != "":
		w.say(s.name, "finds out that %s lies: %s: %v", a.from.name, a.lie, err)
		w.saw("a neighbour that lies is found out")
		a.drop()
		w.must("remove a file", removeFile(s.path()))
	default:
		w.fail("%s: the copy of %s is not taken: %v", s.name, a.from.name, err)
	}
}

// lies reports whether something of a lie is in a file that was taken. Rows that
// central has changed since the copy replace those that a neighbour changed.
func (a *arrival) lies(disk *platter) (found bool) {
	w := a.s.w
	f, err := rows.Open(rows.Options{Path: a.s.path(), Schema: a.s.schema, Migrations: store.LocalTables(), NoSync: true, Alone: true, Disk: disk.Disk})
	if !w.must("open a file that was taken", err) {
		return true
	}
	err = f.Read(w.ctx, func(tx *rows.Tx) error {
		_, found, err = tx.Int(`SELECT 1 FROM party WHERE name='Eve' UNION ALL SELECT 1 FROM token LIMIT 1`)
		return err
	})
	w.must("look for a lie", errors.Join(err, f.Close()))
	return found
}

// moveIn begins to work with the file, which is central's word for word.
func (a *arrival) moveIn() {
	w, s, from := a.s.w, a.s, a.from.name
	a.over()
	s.boot()
	if !s.up {
		return
	}
	w.say(s.name, "begins with a copy of %s", from)
	w.saw("a new workstation begins with a neighbour's copy")
	for _, scope := range s.store.Scopes() {
		at, err := s.store.Cursor(w.ctx, scope)
		head := rows.Scope{}
		err2 := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
			head, err = tx.Scope(scope)
			return err
		})
		if w.must("compare a copy", errors.Join(err, err2)) && (at.Feed != head.Feed || at.Digest != head.Digest) {
			w.fail("%s serves with a copy of scope %d that is not central's", s.name, scope)
		}
	}
}

var errUnconfirmed = errors.New("nobody reaches central")

// confirmable reports whether central is reached over the own line or the
// neighbour's.
func (a *arrival) confirmable() bool {
	own := a.s.carries(true) && a.s.carries(false)
	lent := a.reaches(a.from) && a.from.carries(true) && a.from.carries(false)
	return a.s.w.hub.up && (own || lent)
}

// prove gets central's page over the own line or the neighbour's.
func (a *arrival) prove(_ ctx, scope, since int64, _ uint64) (*wire.Page, error) {
	w := a.s.w
	if !a.confirmable() {
		return nil, errUnconfirmed
	}
	w.hub.readmit(a.s.seat)
	n, err := w.hub.office.Central.Node(w.ctx, a.s.seat.origin)
	if err != nil {
		return nil, err
	}
	sealed, err := w.hub.office.Central.SealedPage(w.ctx, n, wire.Pull{Scope: scope, Since: since, Limit: pageLimit}, w.t.authority)
	if err != nil {
		return nil, err
	}
	return uplink.OpenSealed(w.t.authority.Root(), sealed)
}

// scan looks that nothing on the new disk is the neighbour's own: no sign-in, no
// link of its journal.
func (a *arrival) scan(disk *platter) {
	w := a.s.w
	if !a.from.up {
		return
	}
	var own [][]byte
	w.must("read what is the neighbour's own", a.from.store.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT hash FROM journal UNION ALL SELECT hash FROM token UNION ALL SELECT hash FROM neighbour_change EXCEPT SELECT hash FROM reissued`, func(st *rows.Stmt) error {
			own = append(own, slices.Clone(rows.Blob(st, 0)))
			return nil
		})
	}))
	w.must("read the new disk", disk.Pages(a.s.path(), func(_ vault.Place, page []byte) {
		for _, word := range own {
			if len(word) >= 16 && bytes.Contains(page, word) {
				w.fail("%s has something of %s on its disk: %x", a.s.name, a.from.name, word)
			}
		}
	}))
}

package store

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Reason is why a file goes on as another origin: a stable word.
type Reason string

// The reasons.
const (
	Restored Reason = "restored" // the file is older than what its directory knows
	Copied   Reason = "copied"   // the directory stands in another place than it did
	Forked   Reason = "forked"   // somebody knows more of this origin, or another history
	Clock    Reason = "clock"    // its stamps lie far ahead of time
	Followed Reason = "followed" // rows it wrote about got other ids
)

// factFeedClock is the latest stamp that came with the feed.
const factFeedClock = "feed clock"

// Renewing is what it takes to go on as another origin.
type Renewing struct {
	Origin crdt.Origin // the new one
	// Fork is the last own number that stands; what follows is written again.
	Fork uint64
	// Credential proves the former origin to others; Sign signs as it.
	Credential []byte
	Sign       journal.Signer
	Reason     Reason
	// UntilMS: stamps later than this are put back to it, ms UTC; 0: none is. What
	// Vouched found written at a wrong time is stamped and dated right then, too.
	UntilMS int64
	// Lost are former origins, and the last number of each that central has in the
	// same form: what the file wrote after it is written again, too.
	Lost map[crdt.Origin]uint64
}

// Incarnation tells of a former origin of the file.
type Incarnation struct {
	Origin, Next crdt.Origin
	Fork, Again  uint64
	Reason       Reason
	AtMS         int64
}

// ErrTrimmed: what is to be written again is not in the journal any more.
var ErrTrimmed = errors.New("store: the changes after the fork are not in the journal any more")

// Renew makes the file go on as another origin: it is a copy of one that went
// on elsewhere, or its clock was wrong. Own changes up to the fork stay what
// they are, kept like a neighbour's. Those after it are written again under the
// new origin, in one transaction: what they made gets new ids, references
// follow, also in rows, drafts and sign-ins, and each says what it was before.
// Neighbours' changes that name such rows are read under the new names.
func (s *Store) Renew(ctx context.Context, r Renewing) (done Incarnation, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := renewal{s: s, Renewing: r, own: s.author.Origin(), over: s.overlay.rowsOver(), unsure: s.unsure}
	var l layers
	var known neighbours
	var closed map[crdt.Origin][]uint64
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		if err := n.run(tx); err != nil {
			return err
		}
		if l, err = s.untakenSince(tx, r.Origin, 0); err != nil {
			return err
		}
		if known, err = loadNeighbours(tx); err != nil {
			return err
		}
		closed, err = closedOf(tx, r.Origin)
		return err
	})
	if err != nil {
		return done, fmt.Errorf("store: go on as origin %d: %w", r.Origin, err)
	}
	s.author, s.neighbours, s.relay, s.unsure, s.closed = n.author, known, newRelay(), n.unsure, closed
	s.self.Store(uint32(r.Origin))
	s.overlay.set(l)
	s.overlay.forgetCopies()
	s.changed(nil)
	return n.told, nil
}

// renewal is one Renew while it runs.
type renewal struct {
	Renewing
	s      *Store
	own    crdt.Origin // the former one
	over   []key       // rows that untaken changes lie over
	author *rows.Author
	names  crm.Renaming
	again  []rewritten
	unsure []span // as they were, until run is done
	told   Incarnation
}

// rewritten is a change that is written again, as it was, and its link.
type rewritten struct {
	journal.Change
	link journal.Hash
}

func (n *renewal) run(tx *rows.Tx) error {
	if err := n.take(tx); err != nil {
		return err
	}
	known, err := n.knownIDs(tx)
	if err != nil {
		return err
	}
	if err := n.takeLost(tx, known); err != nil {
		return err
	}
	if err := n.step(tx); err != nil {
		return err
	}
	if err := n.write(tx, known); err != nil {
		return err
	}
	if err := n.renameRows(tx); err != nil {
		return err
	}
	if err := n.renameLocal(tx); err != nil {
		return err
	}
	n.told = Incarnation{n.own, n.Origin, n.Fork, uint64(len(n.again)), n.Reason, n.s.nowMS()}
	n.unsure = since(n.unsure, n.Fork, n.UntilMS > 0)
	return errors.Join(n.author.KeepClock(tx), putSpans(tx, n.unsure),
		tx.Exec(`INSERT INTO incarnation (origin, next, fork, again, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
			int64(n.own), int64(n.Origin), int64(n.Fork), len(n.again), string(n.Reason), n.told.AtMS))
}

// take reads what is to be written again, and what others have renamed.
func (n *renewal) take(tx *rows.Tx) error {
	trimmed, err := tx.Trimmed()
	if err != nil {
		return err
	}
	if n.Fork < trimmed || n.Fork > n.s.author.Seq() {
		return fmt.Errorf("%w: fork at %d, the journal holds %d to %d", ErrTrimmed, n.Fork, trimmed+1, n.s.author.Seq())
	}
	n.names = crm.Renaming{IDs: map[crdt.ID]crdt.ID{}, Stamps: map[crdt.Stamp]crdt.Stamp{}, Dates: map[crdt.ID]*crm.Redate{}}
	hash, again, err := tx.Changes(n.own, n.Fork, int(n.s.author.Seq()-n.Fork)+1)
	if err != nil {
		return err
	}
	var buf []byte
	renamed, err := ownRenamed(tx)
	if err != nil {
		return err
	}
	for i := range again {
		hash, buf = again[i].Seal(hash, buf)
		if r := renamed[again[i].Seq]; r != nil {
			rename(n.s.File.Held(), r, &again[i])
		}
		n.again = append(n.again, rewritten{again[i], hash})
	}
	return nil
}

// knownIDs are, by the origin that minted them, the greatest counters of ids that
// stand before the fork.
func (n *renewal) knownIDs(tx *rows.Tx) (map[crdt.Origin]uint32, error) {
	upTo, err := n.knownOwn(tx)
	return map[crdt.Origin]uint32{n.own: upTo}, err
}

// knownOwn is the greatest counter of an own id that stands before the fork: in
// what central gave back, or in changes that stay. Ids ascend with the journal,
// so what is greater was minted after it.
func (n *renewal) knownOwn(tx *rows.Tx) (upTo uint32, err error) {
	if taken, _ := n.s.overlay.taken(); n.Fork < taken && len(n.again) > 0 {
		return madeBefore(tx, n.s.File.Held(), n.own, n.again[0].Stamp) // central has lost what it gave back
	}
	low, high := crdt.MakeID(n.own, 0), crdt.MakeID(n.own, 1<<32-1)
	for _, k := range n.s.File.Held().Kinds {
		id, _, err := tx.Int(`SELECT coalesce(max(id), 0) FROM "`+k.Name+`" WHERE id BETWEEN ?1 AND ?2 AND n>0`, int64(low), int64(high))
		if err != nil {
			return 0, err
		}
		upTo = max(upTo, crdt.ID(id).Counter())
	}
	since, err := tx.Trimmed()
	for err == nil && since < n.Fork {
		var changes []journal.Change
		if _, changes, err = tx.Changes(n.own, since, int(min(n.Fork-since, 1000))); err != nil {
			return 0, err
		}
		for i := range changes {
			since = changes[i].Seq
			for j := range changes[i].Bodies {
				if id := changes[i].Bodies[j].Op.ID; id.Origin() == n.own {
					upTo = max(upTo, id.Counter())
				}
			}
		}
	}
	return upTo, err
}

// step gives the file its new origin. What the former one wrote up to the fork
// is kept like a neighbour's, with heads that it signed.
func (n *renewal) step(tx *rows.Tx) error {
	former := neighbour{certificate: n.Credential, own: true}
	var err error
	if former.base, err = tx.Trimmed(); err != nil {
		return err
	}
	for seq := former.base; seq <= n.Fork; seq++ {
		last := seq == n.Fork
		if !last && (seq == former.base || (seq-former.base)%journal.SignEvery != 0) {
			continue
		}
		link, err := tx.Link(seq)
		if err != nil {
			return err
		}
		if seq == former.base {
			continue
		}
		h := journal.Head{Origin: n.own, Seq: seq, Hash: link}
		err = tx.Exec(`INSERT OR REPLACE INTO neighbour_head (origin, seq, signature) VALUES (?1, ?2, ?3)`, int64(n.own), int64(seq), n.Sign(h.Message()))
		if err != nil {
			return err
		}
	}
	if former.baseHash, err = tx.Link(former.base); err != nil {
		return err
	}
	taken, _ := n.s.overlay.taken()
	former.taken = min(taken, n.Fork)
	former.settled = former.taken
	err = errors.Join(tx.Exec(`INSERT INTO neighbour_change (origin, seq, stamp, session, bodies, hash, merged)
			SELECT ?1, seq, stamp, session, bodies, hash, 1 FROM journal WHERE seq<=?2`, int64(n.own), int64(n.Fork)),
		tx.Exec(`INSERT INTO former_enclosed (origin, seq, envelope) SELECT ?1, seq, envelope FROM enclosed`, int64(n.own)),
		tx.Exec(`DELETE FROM enclosed`),    // its numbers are the former's
		tx.Exec(`DELETE FROM own_renamed`), // written under the names that hold
		putNeighbour(tx, n.own, &former),
		tx.SetFact(factTaken, int64(0)))
	if err != nil {
		return err
	}
	if err := tx.Again(n.Origin); err != nil {
		return err
	}
	n.author, err = n.s.File.LoadAuthor(tx, 0, n.s.rand)
	if err != nil || n.UntilMS == 0 {
		return err
	}
	heard, err := tx.FactInt(factFeedClock)
	fresh := crdt.Clock{Origin: n.Origin, Epoch: n.author.Clock.Epoch}
	fresh.Resume(uint64(heard))
	n.author.Clock = fresh
	return err
}

// write writes the changes after the fork again.
func (n *renewal) write(tx *rows.Tx, known map[crdt.Origin]uint32) error {
	for i := range n.again {
		c := &n.again[i].Change
		f := journal.Former{Origin: c.Origin, Seq: c.Seq, Hash: n.again[i].link, Stamp: c.Stamp, IDs: map[crdt.ID]crdt.ID{}}
		for j := range c.Bodies {
			id := c.Bodies[j].Op.ID
			if upTo, ours := known[id.Origin()]; ours && id.Counter() > upTo && n.names.IDs[id] == 0 {
				is, err := n.author.Mint(tx)
				if err != nil {
					return err
				}
				n.names.IDs[id], f.IDs[id] = is, is
			}
		}
		if err := n.writeOne(tx, c, Told(f, c)); err != nil {
			return err
		}
	}
	return nil
}

func (n *renewal) writeOne(tx *rows.Tx, c *journal.Change, formers []journal.Former) error {
	schema := n.s.File.Held()
	stamp := n.stampOf(c)
	n.names.Stamps[c.Stamp] = stamp
	ops, unread := make([]crdt.Op, 0, len(c.Bodies)+1), [][]byte(nil)
	for j := range c.Bodies {
		op := &c.Bodies[j].Op
		// What it was before is told anew, in ids that hold now.
		switch {
		case c.Bodies[j].Opaque != nil:
			unread = append(unread, c.Bodies[j].Opaque)
		case op.Kind != crm.Reissue && !c.Bodies[j].Erased:
			n.redate(c, op)
			ops = append(ops, n.names.Op(schema, op))
		}
	}
	tells := len(ops)
	for i := range formers {
		id, err := n.author.Mint(tx)
		if err != nil {
			return err
		}
		ops = append(ops, TellFormer(id, n.s.branch, &formers[i]))
	}
	by, err := personOf(tx, c.Session)
	if err != nil {
		return err
	}
	if _, err = n.author.Again(tx, stamp, n.names.ID(c.Session), ops, unread...); err != nil {
		return err
	}
	for i := range ops[tells:] {
		row := rows.Merge(schema, nil, &ops[tells+i], crdt.Written{Stamp: stamp, By: by})
		if err := tx.Swap(nil, row, n.s.ScopeOf(row.Kind)); err != nil {
			return err
		}
		if _, err := n.s.Touch(tx, row, nil); err != nil {
			return err
		}
	}
	return nil
}

// stampOf is the stamp of a change in its new form: as it was, with the new
// origin, or put to where it belongs in time.
func (n *renewal) stampOf(c *journal.Change) crdt.Stamp {
	if n.UntilMS > 0 {
		return n.author.Clock.Now(min(c.Stamp.Millis()+n.written(c).laterMS, n.UntilMS))
	}
	was := c.Stamp
	was.Origin = n.Origin
	return was
}

// Incarnations lists what this file was before, newest first.
func (s *Store) Incarnations(ctx context.Context) (out []Incarnation, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT origin, next, fork, again, reason, at FROM incarnation ORDER BY at DESC, rowid DESC`, func(st *sqlite.Stmt) error {
			out = append(out, Incarnation{crdt.Origin(st.ColumnInt64(0)), crdt.Origin(st.ColumnInt64(1)), uint64(st.ColumnInt64(2)), uint64(st.ColumnInt64(3)),
				Reason(st.ColumnText(4)), st.ColumnInt64(5)})
			return nil
		})
	})
	return out, err
}

// untakenOfFormers is how many changes of former origins central has not taken.
// Store.mu is held.
func (s *Store) untakenOfFormers() (n uint64) {
	for origin, k := range s.neighbours {
		if k.own {
			n += s.overlay.countOf(origin)
		}
	}
	return n
}

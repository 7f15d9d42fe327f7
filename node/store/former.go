package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// FormerOf reads what a change says of itself as it was last, before; nil when it is
// in its first form.
func FormerOf(c *journal.Change) (*journal.Former, error) {
	all, err := FormersOf(c)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// FormersOf reads all that a change says it was before, newest first. Earlier
// releases say only what it was last.
func FormersOf(c *journal.Change) (out []journal.Former, err error) {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if op.Kind != crm.Reissue || c.Bodies[i].Erased {
			continue
		}
		f, err := readFormer(func(field uint8) (v crdt.Value) {
			for j := range op.Set {
				if op.Set[j].Field == field {
					v = op.Set[j].Value
				}
			}
			return v
		})
		if err != nil {
			return nil, err
		}
		out = append(out, *f)
	}
	return out, nil
}

func readFormer(get func(field uint8) crdt.Value) (*journal.Former, error) {
	f := &journal.Former{Origin: crdt.Origin(get(crm.ReissueOrigin).I), Seq: uint64(get(crm.ReissueSeq).I)}
	hash, err := hex.DecodeString(get(crm.ReissueHash).S)
	if err != nil || len(hash) != len(f.Hash) {
		return nil, fmt.Errorf("store: a reissue names the link %.20q", get(crm.ReissueHash).S)
	}
	copy(f.Hash[:], hash)
	if f.Stamp, err = crdt.ParseStamp(get(crm.ReissueStamp).S); err != nil {
		return nil, fmt.Errorf("store: a reissue: %w", err)
	}
	if f.First, err = crdt.ParseStamp(get(crm.ReissueFirst).S); err != nil {
		return nil, fmt.Errorf("store: a reissue names its first stamp: %w", err)
	}
	f.IDs, err = crm.ParseIDPairs(get(crm.ReissueIDs).S)
	return f, err
}

// TellFormer is the op that says of a change what it was before.
func TellFormer(id crdt.ID, branch int64, f *journal.Former) crdt.Op {
	op := crdt.Op{Kind: crm.Reissue, ID: id, Set: []crdt.FieldSet{
		{Field: crm.ReissueBranch, Value: crdt.IntValue(branch)},
		{Field: crm.ReissueOrigin, Value: crdt.IntValue(int64(f.Origin))},
		{Field: crm.ReissueSeq, Value: crdt.IntValue(int64(f.Seq))},
		{Field: crm.ReissueHash, Value: crdt.TextValue(hex.EncodeToString(f.Hash[:]))},
		{Field: crm.ReissueStamp, Value: crdt.TextValue(f.Stamp.String())},
	}}
	if len(f.IDs) > 0 {
		op.Set = append(op.Set, crdt.FieldSet{Field: crm.ReissueIDs, Value: crdt.TextValue(crm.IDPairs(f.IDs))})
	}
	if !f.First.IsZero() {
		op.Set = append(op.Set, crdt.FieldSet{Field: crm.ReissueFirst, Value: crdt.TextValue(f.First.String())})
	}
	return op
}

// touchReissue keeps the aliases that a row of kind reissue tells of.
func touchReissue(tx *rows.Tx, row *rows.Stored) error {
	f, err := readFormer(row.Get)
	if err != nil {
		return nil //nolint:nilerr // what somebody wrote wrong is nobody's alias
	}
	for was, is := range f.IDs {
		if err := tx.Exec(`INSERT OR IGNORE INTO alias (was, now) VALUES (?1, ?2)`, int64(was), int64(is)); err != nil {
			return err
		}
	}
	return tx.Exec(`INSERT OR IGNORE INTO reissued (origin, seq, hash, was, now) VALUES (?1, ?2, ?3, ?4, ?5)`,
		int64(f.Origin), int64(f.Seq), f.Hash[:], f.Stamp.Bytes(), row.Clocks.Latest().Bytes())
}

// reissued reports whether a change, by the link of its chain, was written
// again under another origin.
func reissued(tx *rows.Tx, origin crdt.Origin, seq uint64, link journal.Hash) (bool, error) {
	_, found, err := tx.Int(`SELECT 1 FROM reissued WHERE origin=?1 AND seq=?2 AND hash=?3`, int64(origin), int64(seq), link[:])
	return found, err
}

// renamingTo reads which names rows and writes got under an origin.
func renamingTo(tx *rows.Tx, origin crdt.Origin) (*crm.Renaming, error) {
	r := &crm.Renaming{IDs: map[crdt.ID]crdt.ID{}, Stamps: map[crdt.Stamp]crdt.Stamp{}}
	err := tx.Query(`SELECT was, now FROM alias WHERE now>>32=?1`, func(s *sqlite.Stmt) error {
		r.IDs[crdt.ID(s.ColumnInt64(0))] = crdt.ID(s.ColumnInt64(1))
		return nil
	}, int64(origin))
	if err != nil {
		return nil, err
	}
	return r, tx.Query(`SELECT was, now FROM reissued`, func(s *sqlite.Stmt) error {
		was, err := crdt.DecodeStamp(rows.Blob(s, 0))
		if err != nil {
			return err
		}
		now, err := crdt.DecodeStamp(rows.Blob(s, 1))
		if now.Origin == origin {
			r.Stamps[was] = now
		}
		return err
	})
}

// maxAliases is how often one row may have got another id: each time its file
// was a copy.
const maxAliases = 8

// Alias finds the row that got another id than the one that somebody has on
// paper or in a link: the id it has now, of a row of the kind that is here. The
// id itself where such a row is here; 0 when there is none.
func (tx aliases) resolve(kind string, id crdt.ID, depth int) (crdt.ID, error) {
	_, here, err := tx.Int(`SELECT 1 FROM "`+kind+`" WHERE id=?1`, int64(id))
	if err != nil || here {
		return id, err
	}
	if depth == maxAliases {
		return 0, nil
	}
	return tx.other(kind, id, depth)
}

// other is the row that once had an id, though another one may have it now.
func (tx aliases) other(kind string, id crdt.ID, depth int) (crdt.ID, error) {
	next, err := tx.IDs(`SELECT now FROM alias WHERE was=?1 ORDER BY now DESC`, int64(id))
	for _, now := range next {
		if found, err := tx.resolve(kind, now, depth+1); err != nil || found != 0 {
			return found, err
		}
	}
	return 0, err
}

// numbers are those that rows had before, by those that they have.
type numbers map[crdt.ID][]crdt.ID

func loadNumbers(tx *rows.Tx) (numbers, error) {
	out := numbers{}
	return out, tx.Query(`SELECT was, now FROM alias`, func(s *sqlite.Stmt) error {
		now := crdt.ID(s.ColumnInt64(1))
		out[now] = append(out[now], crdt.ID(s.ColumnInt64(0)))
		return nil
	})
}

// of are all numbers of a row, the one it has first.
func (n numbers) of(id crdt.ID) []crdt.ID {
	out := []crdt.ID{id}
	for i := 0; i < len(out); i++ {
		for _, was := range n[out[i]] {
			if !slices.Contains(out, was) {
				out = append(out, was)
			}
		}
	}
	return out
}

// any reports whether a row is in a set by any of its numbers.
func (n numbers) any(set map[key]bool, k key) bool {
	return slices.ContainsFunc(n.of(k.id), func(id crdt.ID) bool { return set[key{k.kind, id}] })
}

type aliases struct{ *rows.Tx }

// Resolve finds the row of a kind (its table's name) that has, or had, an id; 0
// when none is here.
func Resolve(tx *rows.Tx, kind string, id crdt.ID) (crdt.ID, error) {
	return aliases{tx}.resolve(kind, id, 0)
}

// HadToo finds another row that once had the id of one that is here: two files
// gave the same number out. 0: there is none.
func HadToo(tx *rows.Tx, kind string, id crdt.ID) (crdt.ID, error) {
	return aliases{tx}.other(kind, id, 0)
}

// A change of a neighbour that is kept and passed on but does not count in the
// rows: it is there in another form.
const countsNoMore = 2

func mergedOr(again bool) int64 {
	if again {
		return countsNoMore
	}
	return 0
}

// countsHere reports whether a change of a neighbour is to be merged. One that
// was written here in its first form, or by a former self, is not; one that a
// neighbour wrote in a form that stands in the rows takes its place.
func (s *Store) countsHere(tx *rows.Tx, c *journal.Change) (bool, error) {
	formers, err := FormersOf(c)
	if err != nil {
		return true, nil //nolint:nilerr // what cannot be read is merged as it is
	}
	for i := range formers {
		f := &formers[i]
		if f.Origin != s.author.Origin() {
			if err := s.supersede(tx, f, c.Stamp); err != nil {
				return false, err
			}
			continue
		}
		own, err := tx.Link(f.Seq)
		if err == nil && own == f.Hash {
			return false, tx.Exec(`UPDATE neighbour_change SET merged=?3 WHERE origin=?1 AND seq=?2`, int64(c.Origin), int64(c.Seq), countsNoMore)
		}
		if err != nil && !errors.Is(err, rows.ErrNoChange) {
			return false, err
		}
	}
	return true, nil
}

// toldReissue takes the feed's word that a change was written again.
func (s *Store) toldReissue(tx *rows.Tx, row *rows.Stored) error {
	f, err := readFormer(row.Get)
	if err != nil {
		return nil //nolint:nilerr // what somebody wrote wrong is nobody's alias
	}
	delete(s.relay.stuck, f.Origin) // central may take now what followed that change
	return s.supersede(tx, f, row.Clocks.Latest())
}

// supersede lets a change of a neighbour count no more: it was written again, with
// the stamp now. Where it stands in the rows, what it wrote gets the names it has in
// its new form; where it waits for its time, it never comes.
func (s *Store) supersede(tx *rows.Tx, f *journal.Former, now crdt.Stamp) error {
	err := tx.Exec(`UPDATE neighbour_change SET merged=?4 WHERE origin=?1 AND seq=?2 AND hash=?3 AND merged=0`, int64(f.Origin), int64(f.Seq), f.Hash[:], countsNoMore)
	if err != nil {
		return err
	}
	var old *journal.Change
	err = eachOfNeighbours(tx, `origin=?1 AND seq=?2 AND hash=?3 AND merged=1`, func(c *journal.Change) error {
		old = c
		return nil
	}, int64(f.Origin), int64(f.Seq), f.Hash[:])
	if err != nil || old == nil {
		return err
	}
	names := &crm.Renaming{IDs: f.IDs, Stamps: map[crdt.Stamp]crdt.Stamp{f.Stamp: now}}
	s.again = true
	s.overlay.forgetOne(f.Origin, f.Seq)
	keys := s.overlay.rowsOver()
	for i := range old.Bodies {
		if op := &old.Bodies[i].Op; s.File.Held().Kind(op.Kind) != nil && !slices.Contains(keys, key{op.Kind, op.ID}) {
			keys = append(keys, key{op.Kind, op.ID})
		}
	}
	return errors.Join(tx.Exec(`UPDATE neighbour_change SET merged=?3 WHERE origin=?1 AND seq=?2`, int64(f.Origin), int64(f.Seq), countsNoMore),
		s.renameRows(tx, keys, names),
		tx.Exec(`INSERT OR IGNORE INTO own_renamed (seq, now) SELECT seq, ?1 FROM journal WHERE seq>?2`, int64(now.Origin), int64(s.Taken())),
		tx.Exec(`UPDATE neighbour_change SET renamed=?1 WHERE merged=1 AND origin<>?1`, int64(now.Origin)))
}

// layAgain reads the untaken changes again after some of them took another
// form. Store.mu is held.
func (s *Store) layAgain(ctx context.Context) error {
	if !s.again {
		return nil
	}
	taken, _ := s.overlay.taken()
	var l layers
	err := s.File.Read(ctx, func(tx *rows.Tx) (err error) {
		l, err = s.untakenSince(tx, s.Origin(), taken)
		return err
	})
	if err == nil {
		s.again = false
		s.overlay.set(l)
	}
	return err
}

// forgetOne drops one change of a neighbour.
func (o *overlay) forgetOne(origin crdt.Origin, seq uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := o.others[origin]
	for i := range list {
		if list[i].seq == seq {
			for _, k := range list[i].keys {
				o.drop(k, origin, seq)
			}
			o.others[origin] = slices.Delete(slices.Clone(list), i, i+1)
			return
		}
	}
}

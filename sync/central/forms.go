package central

import (
	"cmp"
	"encoding/binary"
	"errors"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Forms knows how a change says that it was written again, which sync does not.
type Forms interface {
	// Formers are what a change was before, newest first; none when it is in its first form.
	Formers(c *journal.Change) ([]journal.Former, error)
	// Rename is an op under other names.
	Rename(op *crdt.Op, ids map[crdt.ID]crdt.ID, stamps map[crdt.Stamp]crdt.Stamp) crdt.Op
	// Rests are the changes of others that a change rests on.
	Rests(c *journal.Change) ([]journal.Former, error)
	// Named are the rows that an op writes or refers to.
	Named(op *crdt.Op) []crdt.ID
	// Tell is the op that says that rows of a branch got other ids.
	Tell(id crdt.ID, branch int64, f *journal.Former) crdt.Op
}

// same is what makes two forms of a change one.
type same struct {
	ids   map[crdt.ID]crdt.ID // of the form that was taken, by those of the form at hand
	stamp crdt.Stamp          // of the form that was taken
}

// form brings a change under the names that hold at central. twice is not nil
// when it was taken in another form: then it counts no more.
func (c *Central) form(b *Batch, ch *journal.Change, link journal.Hash) (_ *journal.Change, twice *same, err error) {
	if c.o.Forms == nil {
		return ch, nil, nil
	}
	formers, _ := c.o.Forms.Formers(ch) // what cannot be read is judged as it is
	if twice, err = c.takenAs(b, ch, formers, link); err != nil {
		return ch, nil, err
	}
	if twice != nil {
		return ch, twice, c.keepForms(b, formers, twice)
	}
	for i := range formers {
		if err := c.noteForm(b.Tx, &formers[i], ch.Stamp); err != nil {
			return ch, nil, err
		}
	}
	if c.renames || c.forms {
		ch, err = c.renamed(b, ch)
	}
	return ch, nil, err
}

// takenAs finds the other form in which a change was taken: one that it had before, or
// one that names it or one of those; nil: in none.
func (c *Central) takenAs(b *Batch, ch *journal.Change, formers []journal.Former, link journal.Hash) (*same, error) {
	for i := range formers {
		f := &formers[i]
		if took, err := c.tookFirst(b, f); err != nil {
			return nil, err
		} else if took {
			return &same{ids: idsBefore(f), stamp: f.Stamp}, nil
		}
	}
	if !c.forms {
		return nil, nil
	}
	is := &journal.Former{Origin: ch.Origin, Seq: ch.Seq, Hash: link}
	stranded, open, err := b.strandedAs(is)
	if err != nil {
		return nil, err
	}
	if stranded && !open {
		return &same{stamp: ch.Stamp}, nil // somebody decided what becomes of it
	}
	as, err := b.takenForm(is)
	for i := 0; as == nil && err == nil && i < len(formers); i++ {
		if as, err = b.takenForm(&formers[i]); as != nil {
			as.ids = since(as.ids, formers[i].IDs)
		}
	}
	return as, err
}

// since are the ids that hold by those that a change has, of those by the ids of a form
// it had before; names are the ids that its rows got since.
func since(ids, names map[crdt.ID]crdt.ID) map[crdt.ID]crdt.ID {
	out := map[crdt.ID]crdt.ID{}
	for was, is := range ids {
		out[cmp.Or(names[was], was)] = is
	}
	return out
}

// idsBefore are the ids that rows had in the form that a change names, by those they
// got: of a row that got another id twice, the one it had last.
func idsBefore(f *journal.Former) map[crdt.ID]crdt.ID {
	out := map[crdt.ID]crdt.ID{}
	for was, is := range f.IDs {
		if old, there := out[is]; !there || was.Origin() == f.Origin || old.Origin() != f.Origin && was > old {
			out[is] = was
		}
	}
	return out
}

// keepForms remembers that all that a change was before was taken, too, in the form in
// which it was taken itself, and leaves to as the ids that it has.
func (c *Central) keepForms(b *Batch, formers []journal.Former, as *same) error {
	for i := range formers {
		f := &formers[i]
		took, err := c.tookFirst(b, f)
		if err != nil {
			return err
		}
		ids := map[crdt.ID]crdt.ID{}
		for was, is := range f.IDs {
			ids[was] = cmp.Or(as.ids[is], is)
			delete(as.ids, was)
		}
		if took {
			continue // as it is
		}
		if err := c.noteForm(b.Tx, &journal.Former{Origin: f.Origin, Seq: f.Seq, Hash: f.Hash, IDs: ids}, as.stamp); err != nil {
			return err
		}
	}
	return nil
}

// tookFirst reports whether a change was taken as it was first, or came stranded and
// was decided.
func (c *Central) tookFirst(b *Batch, f *journal.Former) (bool, error) {
	n, err := findNode(b.Tx, f.Origin)
	if err != nil || n == nil || f.Seq == 0 {
		return false, err
	}
	if at, there := b.links[link{f.Origin, f.Seq}]; there && at == f.Hash {
		return true, nil
	} else if !there && f.Seq <= n.Seq {
		if at, err := c.linkAt(b, f.Origin, f.Seq); err != nil || at == f.Hash {
			return at == f.Hash, err
		}
	}
	stranded, open, err := b.strandedAs(f)
	return stranded && !open, err
}

// noteForm remembers under which stamp, and with which ids, a change was taken that
// had another form.
func (c *Central) noteForm(tx *rows.Tx, f *journal.Former, taken crdt.Stamp) error {
	c.forms = true
	var ids []byte
	for was, is := range f.IDs {
		ids = appendIDs(ids, was, is)
	}
	return tx.Exec(`INSERT OR IGNORE INTO former_form (origin, seq, hash, stamp, ids) VALUES (?1, ?2, ?3, ?4, ?5)`,
		int64(f.Origin), int64(f.Seq), f.Hash[:], taken.Bytes(), ids)
}

// passTwice passes over a change that was taken in another form. The rows it
// would have made go out as void, and whoever knows them by the ids of this form
// is told of those that hold.
func (c *Central) passTwice(b *Batch, n *Node, ch *journal.Change, twice *same) error {
	told := &journal.Former{Origin: ch.Origin, Seq: ch.Seq, Stamp: ch.Stamp, IDs: twice.ids}
	for was, is := range twice.ids {
		if err := b.Tx.Exec(`INSERT OR REPLACE INTO renamed_id (was, now) VALUES (?1, ?2)`, int64(was), int64(is)); err != nil {
			return err
		}
	}
	err := b.Tx.Exec(`INSERT OR REPLACE INTO renamed_stamp (was, now) VALUES (?1, ?2)`, ch.Stamp.Bytes(), twice.stamp.Bytes())
	if err != nil {
		return err
	}
	c.renames = true
	if len(twice.ids) > 0 {
		id, err := c.author.Mint(b.Tx)
		if err != nil {
			return err
		}
		op := c.o.Forms.Tell(id, n.Branch, told)
		if err := b.Write(&op); err != nil {
			return err
		}
		b.rows[key{op.Kind, op.ID}].first = true
	}
	return c.sendBack(b, n, ch)
}

// renamed is a change under the names that hold at central; ch itself, which is
// kept as it was signed, stays.
func (c *Central) renamed(b *Batch, ch *journal.Change) (*journal.Change, error) {
	stamps := map[crdt.Stamp]crdt.Stamp{}
	ids, err := b.restsAs(ch)
	if err != nil {
		return ch, err
	}
	if ids == nil {
		ids = map[crdt.ID]crdt.ID{}
	}
	look := func(id crdt.ID) error {
		if ids[id] != 0 {
			return nil // what was meant is certain
		}
		for at, hops := id, 0; hops < maxAncestors; hops++ {
			now, found, err := b.Tx.Int(`SELECT now FROM renamed_id WHERE was=?1`, int64(at))
			if err != nil || !found {
				return err
			}
			at = crdt.ID(now)
			ids[id] = at
		}
		return nil
	}
	lookAt := func(list []crdt.Stamp) error {
		for _, s := range list {
			err := b.Tx.Query(`SELECT now FROM renamed_stamp WHERE was=?1`, func(st *rows.Stmt) (err error) {
				stamps[s], err = crdt.DecodeStamp(rows.Blob(st, 0))
				return err
			}, s.Bytes())
			if err != nil {
				return err
			}
		}
		return nil
	}
	err = look(ch.Session)
	for i := range ch.Bodies {
		if ch.Bodies[i].Erased {
			continue
		}
		op := &ch.Bodies[i].Op
		for _, id := range c.o.Forms.Named(op) {
			err = errors.Join(err, look(id))
		}
		err = errors.Join(err, lookAt(op.Clear))
		for j := range op.Set {
			err = errors.Join(err, lookAt(op.Set[j].Saw))
		}
	}
	if err != nil || len(ids) == 0 && len(stamps) == 0 {
		return ch, err
	}
	out := *ch
	if is, there := ids[ch.Session]; there {
		out.Session = is
	}
	out.Bodies = make([]journal.Body, len(ch.Bodies))
	for i := range ch.Bodies {
		out.Bodies[i] = ch.Bodies[i]
		if !ch.Bodies[i].Erased {
			out.Bodies[i].Op = c.o.Forms.Rename(&ch.Bodies[i].Op, ids, stamps)
		}
	}
	return &out, nil
}

func appendIDs(b []byte, ids ...crdt.ID) []byte {
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id))
	}
	return b
}

package central

import (
	"errors"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// A workstation that goes on under another number writes again what central is
// not known to have. What it had lost of its history by then may be held by a
// neighbour, behind a gap: what is missing came under the new number, and will
// never come under the old one. The chain says whether it is that history.

// bridge passes over the changes before a range that a neighbour holds, if all of
// them came in another form, and that history is the one that the range follows.
// What they made is known by the ids that it has.
func (in *intake) bridge(t *taking, r *journal.Range) (bool, error) {
	if r.Head.Origin == in.from.origin || !in.c.forms {
		return false, nil
	}
	first := r.Changes[0].Seq
	forms, err := formsBetween(in.b.Tx, t.node.Origin, t.seq, first)
	if err != nil || !fills(forms, t.seq, first, r.Prev) {
		return false, err
	}
	for i := range forms {
		if err := in.b.knownBy(t.node.Origin, forms[i].as); err != nil {
			return false, err
		}
	}
	in.c.renames = true
	t.seq, t.hash = first-1, r.Prev
	return true, nil
}

// anew is a change of an origin as it was taken under another.
type anew struct {
	seq  uint64
	hash journal.Hash // of its chain, as it was first
	as   *same
}

// formsBetween are the changes of an origin with numbers between two, both
// excluded, that were taken in another form.
func formsBetween(tx *rows.Tx, origin crdt.Origin, after, before uint64) (out []anew, err error) {
	err = tx.Query(`SELECT seq, hash, stamp, ids FROM former_form WHERE origin=?1 AND seq>?2 AND seq<?3 ORDER BY seq`, func(s *rows.Stmt) error {
		a := anew{seq: uint64(s.ColumnInt64(0))}
		copy(a.hash[:], rows.Blob(s, 1))
		a.as, err = decodeForm(rows.Blob(s, 2), rows.Blob(s, 3))
		out = append(out, a)
		return err
	}, int64(origin), int64(after), int64(before))
	return out, err
}

// fills reports whether changes are all of those between two numbers, of one
// history, which ends with a link.
func fills(forms []anew, after, before uint64, link journal.Hash) bool {
	for i := range forms {
		if forms[i].seq != after+1+uint64(i) {
			return false // one is missing, or two histories are known
		}
	}
	return len(forms) > 0 && after+uint64(len(forms)) == before-1 && forms[len(forms)-1].hash == link
}

// knownBy makes rows and writes of an origin known by the names they have in the
// form that was taken. Its stamp is the former's but for the origin, unless its
// clock was wrong: then what was seen of it counts as not seen, and both are kept.
func (b *Batch) knownBy(origin crdt.Origin, as *same) error {
	was := as.stamp
	was.Origin = origin
	err := b.Tx.Exec(`INSERT OR REPLACE INTO renamed_stamp (was, now) VALUES (?1, ?2)`, was.Bytes(), as.stamp.Bytes())
	for id, now := range as.ids {
		err = errors.Join(err, b.Tx.Exec(`INSERT OR REPLACE INTO renamed_id (was, now) VALUES (?1, ?2)`, int64(id), int64(now)))
	}
	return err
}

// decodeForm reads a row of former_form: ids by what they were.
func decodeForm(stamp, ids []byte) (as *same, err error) {
	as = &same{ids: map[crdt.ID]crdt.ID{}}
	if as.stamp, err = crdt.DecodeStamp(stamp); err != nil {
		return nil, err
	}
	d := crdt.Decoder{B: ids}
	for len(d.B) > 0 && d.Err == nil {
		was, is := crdt.ID(d.Uvarint()), crdt.ID(d.Uvarint())
		as.ids[was] = is
	}
	return as, d.Err
}

// tellForms tells of the forms that a refused change had before: the rows in which
// its author says so are refused with it, and whoever holds such a form would keep it
// for ever as untaken.
func (b *Batch) tellForms(n *Node, ch *journal.Change) error {
	if b.c.o.Forms == nil {
		return nil
	}
	formers, err := b.c.o.Forms.Formers(ch)
	if err != nil {
		return nil //nolint:nilerr // what cannot be read was refused for that
	}
	for i := range formers {
		err = errors.Join(err, b.tell(n, &formers[i], ch.Stamp))
	}
	return err
}

// tell tells of a change of a node, and whoever holds it lets it count no more; now
// is the stamp that it has instead.
func (b *Batch) tell(n *Node, f *journal.Former, now crdt.Stamp) error {
	id, err := b.c.author.Mint(b.Tx)
	if err != nil {
		return err
	}
	op := b.c.o.Forms.Tell(id, n.Branch, f)
	if err := b.merge(&op, crdt.Written{Stamp: now}); err != nil {
		return err
	}
	b.rows[key{op.Kind, op.ID}].first = true
	return nil
}

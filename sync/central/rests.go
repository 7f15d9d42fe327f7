package central

import (
	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// CodeCopied is held: it names rows of a change that came in no form yet, of a
// workstation that was copied or is still to send.
const CodeCopied = "rests_on_copy"

// unmet are the changes that a change rests on and that central has in no form.
func (b *Batch) unmet(ch *journal.Change) (out []journal.Former, err error) {
	if b.c.o.Forms == nil {
		return nil, nil
	}
	rests, err := b.c.o.Forms.Rests(ch)
	if err != nil {
		return nil, nil //nolint:nilerr // what cannot be read is judged as it is
	}
	for i := range rests {
		f := &rests[i]
		took, err := b.c.tookFirst(b, f)
		if err != nil {
			return nil, err
		}
		stranded, _, err := b.strandedAs(f)
		if err != nil {
			return nil, err
		}
		if took || stranded {
			continue
		}
		as, err := b.takenForm(f)
		if err != nil {
			return nil, err
		}
		if as == nil {
			out = append(out, *f)
		}
	}
	return out, nil
}

// takenForm is the form in which a change was taken that central does not have as
// it was first: ids by what they were.
func (b *Batch) takenForm(f *journal.Former) (as *same, err error) {
	err = b.Tx.Query(`SELECT stamp, ids FROM former_form WHERE origin=?1 AND seq=?2 AND hash=?3`, func(s *rows.Stmt) (err error) {
		as, err = decodeForm(rows.Blob(s, 0), rows.Blob(s, 1))
		return err
	}, int64(f.Origin), int64(f.Seq), f.Hash[:])
	return as, err
}

// restsAs are the ids that rows have at central which a change names by those of
// a form that central does not have.
func (b *Batch) restsAs(ch *journal.Change) (ids map[crdt.ID]crdt.ID, err error) {
	rests, err := b.c.o.Forms.Rests(ch)
	if err != nil {
		return nil, nil //nolint:nilerr // judged as it is
	}
	for i := range rests {
		if took, err := b.c.tookFirst(b, &rests[i]); err != nil || took {
			if err != nil {
				return nil, err
			}
			continue
		}
		as, err := b.takenForm(&rests[i])
		if err != nil {
			return nil, err
		}
		if as != nil && ids == nil {
			ids = map[crdt.ID]crdt.ID{}
		}
		if as != nil {
			for was, is := range as.ids {
				ids[was] = is
			}
		}
	}
	return ids, nil
}

// awaits holds a change that rests on what central has in no form.
func (b *Batch) awaits(ch *journal.Change) (*Refusal, error) {
	forms, err := b.unmet(ch)
	if err != nil || len(forms) == 0 {
		return nil, err
	}
	return &Refusal{Code: CodeCopied, Hold: true, forms: forms,
		Message: "it names what another workstation wrote, and that has not come yet; it is taken by itself when it comes, under whatever number"}, nil
}

// came judges again what waited for a change, which came in this form, or in
// another that says so.
func (b *Batch) came(ch *journal.Change, link journal.Hash) error {
	if !b.c.holds {
		return nil
	}
	for _, f := range b.formsOf(ch, link) {
		list, err := b.heldWhere(`id IN (SELECT held FROM held_copy WHERE origin=?1 AND seq=?2 AND hash=?3)`, int64(f.Origin), int64(f.Seq), f.Hash[:])
		if err != nil {
			return err
		}
		for _, h := range list {
			waiting, n, err := b.heldChange(h)
			if err != nil {
				return err
			}
			if err := b.rejudge(h, waiting, n); err != nil {
				return err
			}
		}
	}
	return b.fulfil()
}

// formsOf are a change as it came and all that it says that it was; none where nothing is
// ever written again.
func (b *Batch) formsOf(ch *journal.Change, link journal.Hash) []journal.Former {
	if b.c.o.Forms == nil {
		return nil
	}
	forms := []journal.Former{{Origin: ch.Origin, Seq: ch.Seq, Hash: link}}
	formers, _ := b.c.o.Forms.Formers(ch) // what cannot be read names nothing
	return append(forms, formers...)
}

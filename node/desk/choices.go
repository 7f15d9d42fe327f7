package desk

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// Choice is a word of a list of head office.
type Choice struct {
	ID               crdt.ID // of its row; 0: as it comes with bough
	List, Code       string
	English, Chinese string // empty: as the catalogues say
	Place            int64  // in the list, from 1
	Ended            bool   // no longer offered
	Own              bool   // of this bank: the catalogues do not know it
	By               Author // who last changed it; nobody: as it comes
}

// Entries are those of a list in their order, the retired ones last.
func (r *Reader) Entries(list string) ([]Choice, error) { return r.desk.entries(r, list) }

func (d *Desk) entries(r *Reader, list string) (out []Choice, err error) {
	known := crm.ListCodes(list)
	for i, code := range known {
		out = append(out, Choice{List: list, Code: code, Place: int64(i) + 1})
	}
	err = r.Rows(crm.ListEntry, `list=?1 ORDER BY id`, func(row *rows.Stored) error {
		e := Choice{ID: row.ID, List: list, Code: row.Get(crm.ListEntryCode).S, English: row.Get(crm.ListEntryEnglish).S, Chinese: row.Get(crm.ListEntryChinese).S,
			Place: row.Get(crm.ListEntryPlace).I, Ended: row.Get(crm.ListEntryEnded).I == 1}
		e.Own = !slices.Contains(known, e.Code)
		var err error
		if e.By, err = r.Author(row); err != nil {
			return err
		}
		i := slices.IndexFunc(out, func(o Choice) bool { return o.Code == e.Code })
		if i < 0 {
			i = len(out)
			out = append(out, Choice{Place: int64(i) + 1})
		}
		e.Place = cmp.Or(e.Place, out[i].Place)
		out[i] = e
		return nil
	}, list)
	slices.SortStableFunc(out, func(a, b Choice) int {
		return cmp.Or(cmp.Compare(bit(a.Ended), bit(b.Ended)), cmp.Compare(a.Place, b.Place), cmp.Compare(a.ID, b.ID))
	})
	return out, err
}

// Lists are all lists of head office, for whoever shows or picks a word. They
// tell nothing of customers: nobody has to be signed in.
func (d *Desk) Lists(ctx context.Context) (out map[string][]Choice, err error) {
	out = map[string][]Choice{}
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		r := d.Reader(tx)
		for _, name := range crm.ListNames {
			if out[name], err = r.Entries(name); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// offered checks a code against a list. One that was retired while a page stood
// open is still taken.
func (d *Desk) offered(ctx context.Context, list, code string) error {
	known := crm.ListCodes(list)
	if slices.Contains(known, code) {
		return nil
	}
	var found int64
	err := d.file.Read(ctx, func(tx *rows.Tx) (err error) {
		found, _, err = tx.Int(`SELECT count(*) FROM list_entry WHERE list=?1 AND code=?2`, list, code)
		return err
	})
	if err == nil && found == 0 {
		err = oneOf(list, code, known)
	}
	return err
}

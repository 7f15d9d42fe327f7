package desk

import (
	"context"
	"errors"
	"maps"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// errUnseen: nothing is shown to anybody of whom that cannot be written down.
var errUnseen = &Error{Reason: ReadOnly, Code: "not_recorded",
	Message: "Who looks at a customer is written down first, and that cannot be saved on this computer now: so nothing is shown. Make room on its disk, or go on at another workstation; if it stays so, call IT."}

// view is whom a page shows.
type view struct {
	opened crdt.ID         // whose own page it is, for the list of recent ones; 0: nobody's
	of     []store.Viewing // whom it is about
	names  *names          // what it named besides; nil: nobody
}

func seen(how string, ids ...crdt.ID) (out []store.Viewing) {
	for _, id := range ids {
		out = append(out, store.Viewing{How: how, Party: id})
	}
	return out
}

// shown writes down whom somebody is about to be shown: those whom a page is
// about, and whoever is named on it. Every way for customers to leave the desk
// ends here: pages, find, the API, papers and files.
func (d *Desk) shown(ctx context.Context, who *Who, v view) error {
	all := v.of
	if v.names != nil {
		for _, id := range slices.Sorted(maps.Keys(v.names.parties)) {
			if id != 0 && !slices.ContainsFunc(v.of, func(s store.Viewing) bool { return s.Party == id }) {
				all = append(all, store.Viewing{How: crm.ViewFind, Party: id})
			}
		}
	}
	err := d.o.Local.Viewed(ctx, store.Viewer{Session: who.Session, Person: who.Person, NowMS: d.o.NowMS()}, v.opened, all...)
	if err != nil {
		return errors.Join(errUnseen, err)
	}
	return nil
}

// Shown writes down whom somebody is about to be shown, where that is known only
// after it was read. What it returns an error for is not shown.
func (d *Desk) Shown(ctx context.Context, who *Who, how string, ids ...crdt.ID) error {
	if err := signedIn(who); err != nil {
		return err
	}
	return d.shown(ctx, who, view{of: seen(how, ids...)})
}

// Shows notes that a reading is about these parties: it is written down when the
// reading ends. Whoever is looked up with PartyName is noted as found.
func (r *Reader) Shows(how string, ids ...crdt.ID) { r.of = append(r.of, seen(how, ids...)...) }

// read hands fn a snapshot, and writes down whom it showed before anybody sees it.
func (d *Desk) read(ctx context.Context, who *Who, fn func(*Reader) error) error {
	var r *Reader
	err := d.file.Read(ctx, func(tx *rows.Tx) error {
		r = d.Reader(tx)
		return fn(r)
	})
	if err != nil {
		return err
	}
	return d.shown(ctx, who, view{of: r.of, names: r.names})
}

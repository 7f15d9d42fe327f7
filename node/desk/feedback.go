package desk

import (
	"cmp"
	"context"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// Feedback is what somebody said of a page.
type Feedback struct {
	ID      crdt.ID
	Type    string // crm.FeedbackTypes
	Page    string // a route, without ids
	Text    string
	Version string
	Branch  int64
	Author  Author
	AtMS    int64
}

// maxRoute is the longest route that is kept with a feedback, in bytes.
const maxRoute = 200

// SayOfPage keeps what somebody says of a page. Of the page its route is kept,
// never an address with somebody's number in it.
func (d *Desk) SayOfPage(ctx context.Context, who *Who, in Feedback) (Saved, error) {
	if err := cmp.Or(d.Allow(who, crm.ActSignIn), oneOf("type", in.Type, crm.FeedbackTypes)); err != nil {
		return Saved{}, err
	}
	text, err := checkNote("text", in.Text)
	if err != nil {
		return Saved{}, err
	}
	if len(in.Page) > maxRoute {
		in.Page = ""
	}
	return d.Decree(ctx, who, crm.ActSignIn, func(a *rows.Act) (crdt.ID, error) {
		return element(a, crm.Feedback, set(crm.FeedbackBranch, crdt.IntValue(d.o.Branch)), set(crm.FeedbackType, crdt.TextValue(in.Type)),
			set(crm.FeedbackPage, crdt.TextValue(cmp.Or(in.Page, "/"))), set(crm.FeedbackText, crdt.TextValue(text)), set(crm.FeedbackVersion, crdt.TextValue(cmp.Or(in.Version, "-"))))
	})
}

// SaidOfPages lists what was said of pages, newest first, at most limit: at a
// branch that of its own people, at head office everybody's.
func (d *Desk) SaidOfPages(ctx context.Context, who *Who, limit int) (out []Feedback, err error) {
	err = d.Read(ctx, who, []crm.Act{crm.ActManage}, func(r *Reader) error {
		return r.Rows(crm.Feedback, "id>0 ORDER BY id DESC LIMIT ?1", func(row *rows.Stored) error {
			a, err := r.Author(row)
			out = append(out, Feedback{ID: row.ID, Type: row.Get(crm.FeedbackType).S, Page: row.Get(crm.FeedbackPage).S, Text: row.Get(crm.FeedbackText).S,
				Version: row.Get(crm.FeedbackVersion).S, Branch: row.Get(crm.FeedbackBranch).I, Author: a, AtMS: a.AtMS})
			return err
		}, min(max(limit, 1), MaxLimit))
	})
	return out, err
}

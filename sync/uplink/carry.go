package uplink

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"bough/sync/journal"
	"bough/sync/replica"
	"bough/sync/trust"
	"bough/sync/wire"
)

// carry carries an action out; its outcome is the event that ends it, or what of
// a former number central has otherwise.
func (u *Uplink) carry(ctx context.Context, a replica.Action) any {
	var e replica.Event
	var err error
	var ticket uint64
	switch a := a.(type) {
	case replica.Push:
		ticket = a.Ticket
		e, err = u.push(ctx, a)
	case replica.Pull:
		ticket = a.Ticket
		e, err = u.pull(ctx, a)
	case replica.Apply:
		ticket = a.Ticket
		f, otherwise := u.compare(ctx, a.Page)
		if f != nil {
			return lost{ticket, *f}
		}
		if err = otherwise; err == nil {
			e, err = u.applied(ctx, ticket, a.Page.Scope, u.o.Store.Apply(ctx, a.Page))
		}
	case replica.Rewind:
		ticket = a.Ticket
		e, err = u.applied(ctx, ticket, a.Scope, u.o.Store.Rewind(ctx, a.Scope, a.Epoch, a.Away))
	case replica.Watch:
		ticket = a.Ticket
		e, err = u.watch(ctx, a)
	case replica.Report:
		ticket = a.Ticket
		e, err = u.report(ctx, a)
	}
	if err == nil {
		return e
	}
	if errors.Is(err, errAhead) {
		return replica.Failed{Ticket: ticket, Class: replica.Ahead, Detail: err.Error()}
	}
	class, detail := classify(err)
	if class != replica.Line && ctx.Err() == nil {
		u.o.Log.Warn("exchange with central failed", "class", class.String(), "error", err)
	}
	return replica.Failed{Ticket: ticket, Class: class, Detail: detail, AgainMS: again(err)}
}

// applied tells where the file stands after a page: a bundle that was read
// meanwhile may have moved it.
func (u *Uplink) applied(ctx context.Context, ticket uint64, scope int64, err error) (replica.Event, error) {
	if err != nil {
		return nil, inFile(err)
	}
	at, err := cursor(ctx, u.o.Store, scope)
	if err != nil {
		return nil, inFile(err)
	}
	return replica.Applied{Ticket: ticket, At: &at}, nil
}

// cursor reads how far a scope was read.
func cursor(ctx context.Context, s Store, scope int64) (replica.Cursor, error) {
	at, err := s.Cursor(ctx, scope)
	if err != nil {
		return replica.Cursor{}, err
	}
	from, err := s.Reading(ctx, scope)
	return replica.Cursor{Scope: scope, Feed: at.Feed, Epoch: at.Epoch, Reading: from.On, Whole: from.Whole, Sweep: from.Sweep}, err
}

// inFile marks an error of the file.
func inFile(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errFile, err)
}

func (u *Uplink) sign(message []byte) []byte {
	return u.o.Identity.Sign(trust.ContextJournalHead, message)
}

func (u *Uplink) push(ctx context.Context, a replica.Push) (replica.Event, error) {
	if err := u.inTime(ctx); err != nil {
		return nil, err
	}
	frame, ranges, err := u.encode(ctx, a)
	if err != nil {
		return nil, err
	}
	answer, err := u.hand(ctx, frame)
	if u.older(err) {
		return u.push(ctx, a)
	}
	if err == nil && u.vouch(ctx, ranges, answer.Vector) {
		answer, err = u.hand(ctx, frame)
	}
	if err != nil {
		return nil, err
	}
	p, err := u.o.Store.Progress(ctx)
	if err != nil {
		return nil, inFile(err)
	}
	u.o.Store.Pushed(ranges, answer.Vector)
	return replica.Pushed{Ticket: a.Ticket, Answer: *answer, Last: u.lastOwn(ranges), Written: p.Written, Neighbours: u.o.Store.Relayable(),
		Bytes: len(frame), Changes: changes(ranges)}, nil
}

// hand sends the frame of a push and reads the answer.
func (u *Uplink) hand(ctx context.Context, frame []byte) (*wire.Pushed, error) {
	sent := u.o.Now()
	b, _, err := u.exchange(ctx, wire.PathPush, frame)
	if err != nil {
		return nil, err
	}
	answer, err := u.codec.DecodePushed(b)
	if err == nil {
		u.clock.measured(sent, u.o.Now(), answer.NowMS)
	}
	return answer, err
}

func changes(ranges []journal.Range) (n int) {
	for i := range ranges {
		n += len(ranges[i].Changes)
	}
	return n
}

// inTime sees, before anything is pushed, that it is not stamped far ahead of
// central's time: that would be refused. An empty push asks what time it is
// where that is not known yet.
func (u *Uplink) inTime(ctx context.Context) error {
	offset, _, known := u.clock.offset()
	if !known {
		frame, err := u.codec.EncodePush(&wire.Push{})
		if err != nil {
			return err
		}
		sent := u.o.Now()
		b, _, err := u.exchange(ctx, wire.PathPush, frame)
		if err != nil {
			return err
		}
		answer, err := u.codec.DecodePushed(b)
		if err != nil {
			return err
		}
		u.clock.measured(sent, u.o.Now(), answer.NowMS)
		offset, _, _ = u.clock.offset()
	}
	if _, yes := u.o.Store.Poisoned(u.o.Now() + offset); yes && u.o.Forked != nil {
		return errAhead
	}
	return nil
}

// lastOwn is the number of the last own change in ranges; 0: there is none.
func (u *Uplink) lastOwn(ranges []journal.Range) (last uint64) {
	for i := range ranges {
		if h := &ranges[i].Head; h.Origin == u.o.Store.Origin() {
			last = max(last, h.Seq)
		}
	}
	return last
}

// encode makes the frame of a push; of fewer changes, if they do not fit.
func (u *Uplink) encode(ctx context.Context, a replica.Push) (frame []byte, ranges []journal.Range, err error) {
	limit := a.Limit
	for range shrinkTries {
		ranges, err := u.o.Store.Upward(ctx, a.From, limit, u.sign)
		switch {
		case err != nil:
			return nil, nil, inFile(err)
		case len(ranges) == 0:
			// What was due of neighbours came back as rows meanwhile; an empty push
			// asks how things stand. Of own changes there must be some.
			if p, err := u.o.Store.Progress(ctx); err != nil || p.Written > a.From {
				return nil, nil, fmt.Errorf("%w: change %d is not in the journal", errFile, a.From+1)
			}
		}
		if err := u.disclose(ctx, ranges); err != nil {
			return nil, nil, err
		}
		frame, err := u.codec.For(u.speaks()).EncodePush(&wire.Push{Ranges: ranges})
		switch {
		case err == nil:
			return frame, ranges, nil
		case !errors.Is(err, wire.ErrTooLarge) || limit == 1:
			return nil, nil, inFile(err)
		}
		limit = max(1, limit/2)
	}
	return nil, nil, fmt.Errorf("%w: change %d is too large to be sent", errFile, a.From+1)
}

func (u *Uplink) pull(ctx context.Context, a replica.Pull) (replica.Event, error) {
	ask, err := u.codec.EncodePull(&a.Ask)
	if err != nil {
		return nil, err
	}
	sent := u.o.Now()
	b, seal, err := u.exchange(ctx, wire.PathPull, ask)
	if err != nil {
		return nil, err
	}
	got := u.o.Now()
	page, err := u.codec.DecodePage(b)
	if unread := (*wire.UnreadError)(nil); errors.As(err, &unread) {
		u.o.Log.Warn("a page has a row that cannot be read; it is asked for in parts", "scope", a.Ask.Scope, "error", err)
		return replica.Unread{Ticket: a.Ticket, Rows: unread.Rows, Until: unread.Until, Detail: err.Error()}, nil
	}
	if err != nil {
		return nil, err
	}
	if page.Proof, err = wire.ReadProof(seal, b); err != nil {
		return nil, err
	}
	u.clock.measured(sent, got, page.NowMS)
	p, err := u.o.Store.Progress(ctx)
	if err != nil {
		return nil, inFile(err)
	}
	return replica.Paged{Ticket: a.Ticket, Page: page, Written: p.Written, Bytes: len(b)}, nil
}

// watch waits at central, and says on the way how this node stands.
func (u *Uplink) watch(ctx context.Context, a replica.Watch) (replica.Event, error) {
	p, err := u.o.Store.Progress(ctx)
	if err != nil {
		return nil, inFile(err)
	}
	q := url.Values{
		"epoch":   {strconv.FormatUint(a.Epoch, 10)},
		"unsent":  {strconv.FormatUint(p.Written-min(p.Written, p.Taken), 10)},
		"oldest":  {strconv.FormatInt(p.OldestMS, 10)},
		"version": {u.o.Version},
		"aside":   {strconv.FormatUint(p.Aside, 10)},
	}
	if u.o.Clock != nil {
		state, aheadMS := u.o.Clock()
		q.Set("clock", fmt.Sprintf("%s:%d", state, aheadMS))
	}
	for scope, since := range a.Since {
		q.Add("scope", fmt.Sprintf("%d:%d", scope, since))
	}
	b, err := u.line.ask(ctx, request{path: wire.PathWatch, query: q, limit: maxSmallBody, within: watchFor})
	if err != nil {
		return nil, err
	}
	var news wire.News
	if err := readJSON(b, &news); err != nil {
		return nil, err
	}
	return replica.Watched{Ticket: a.Ticket, Epoch: news.Epoch, Feeds: news.Feeds}, nil
}

package uplink

import (
	"context"
	"errors"
	"net/http"

	"bough/sync/wire"
)

// exchange asks for one of the two frames, and gives the seal that came beside
// the answer. A central that was restored wants the pages first which are kept
// here.
func (u *Uplink) exchange(ctx context.Context, path string, frame []byte) (answer []byte, seal string, err error) {
	keeps, err := u.o.Store.Keeps(ctx)
	if err != nil {
		return nil, "", inFile(err)
	}
	var heard http.Header
	q := request{path: path, body: frame, content: wire.ContentFrame, limit: wire.MaxFrame, within: exchangeFor, keeps: keeps, heard: &heard}
	answer, err = u.line.ask(ctx, q)
	if recalls(err) {
		if err = u.recall(ctx); err == nil {
			q.keeps = wire.KeepsPages
			answer, err = u.line.ask(ctx, q)
		}
	}
	return answer, heard.Get(wire.HeaderSeal), err
}

func recalls(err error) bool {
	var answered *faultError
	return errors.As(err, &answered) && answered.word == wire.FaultRecall
}

// recall tells central which pages are kept here, by the ids of their rows, and
// hands over those that it wants.
func (u *Uplink) recall(ctx context.Context) error {
	for after := int64(0); ; {
		offers, err := u.o.Store.Kept(ctx, after, wire.MaxRecallRows)
		if err != nil {
			return inFile(err)
		}
		answer, err := askJSONUpTo[wire.Recalled](ctx, u.line, wire.PathRecall, wire.Recall{Offers: offers, Last: len(offers) == 0}, wire.MaxFrame)
		if err != nil {
			return err
		}
		if len(offers) == 0 {
			return inFile(u.o.Store.Told(ctx, after))
		}
		after = offers[len(offers)-1].ID
		for len(answer.Want) > 0 {
			n, err := u.handOver(ctx, answer.Want)
			if err != nil {
				return err
			}
			answer.Want = answer.Want[n:]
		}
	}
}

// handOver hands pages over, as many as go into one request, and at least one.
func (u *Uplink) handOver(ctx context.Context, want []int64) (n int, err error) {
	var q wire.Recall
	for size := 0; n < len(want) && len(q.Pages) < wire.MaxRecallPages; n++ {
		pages, err := u.o.Store.KeptPages(ctx, want[n:n+1])
		if err != nil {
			return n, inFile(err)
		}
		for _, page := range pages { // none: it was forgotten meanwhile
			if size += len(page); size > maxHandOver && len(q.Pages) > 0 {
				return n, u.give(ctx, q)
			}
			q.Pages = append(q.Pages, page)
		}
	}
	return n, u.give(ctx, q)
}

func (u *Uplink) give(ctx context.Context, q wire.Recall) error {
	_, err := askJSONUpTo[wire.Recalled](ctx, u.line, wire.PathRecall, q, maxSmallBody)
	return err
}

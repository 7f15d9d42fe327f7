package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/anchor"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// span are own changes that were written while nobody vouched for the time: those
// after a number, up to another; 0: it goes on. laterMS is how much later they
// were written than they say; 0: central has not said so yet.
type span struct {
	after, upTo uint64
	sinceMS     int64 // the time it was then, as it seemed
	laterMS     int64
}

func (p *span) holds(seq uint64) bool { return seq > p.after && (p.upTo == 0 || seq <= p.upTo) }

// open is the place of the span that goes on; -1: there is none.
func openSpan(spans []span) int {
	return slices.IndexFunc(spans, func(p span) bool { return p.upTo == 0 })
}

// Clock reads what was kept of the time; zero when nothing was.
func (s *Store) Clock(ctx context.Context) (k anchor.Kept, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT boot, tick, steady, ahead, floor, gap, trust, jumps, jump, jumped, wrong FROM clock`, func(st *sqlite.Stmt) error {
			k = anchor.Kept{Boot: st.ColumnText(0), TickMS: st.ColumnInt64(1), SteadyMS: st.ColumnInt64(2), OffsetMS: st.ColumnInt64(3), FloorMS: st.ColumnInt64(4),
				GapMS: st.ColumnInt64(5), Trust: anchor.Trust(st.ColumnInt64(6)), Jumps: st.ColumnInt64(7), JumpMS: st.ColumnInt64(8), JumpedMS: st.ColumnInt64(9), WrongMS: st.ColumnInt64(10)}
			return nil
		})
	})
	return k, err
}

// KeepClock keeps it for the next start.
func (s *Store) KeepClock(ctx context.Context, k anchor.Kept) error {
	err := s.File.Write(ctx, func(tx *rows.Tx) error {
		return tx.Exec(`INSERT INTO clock (one, boot, tick, steady, ahead, floor, gap, trust, jumps, jump, jumped, wrong) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
			ON CONFLICT (one) DO UPDATE SET boot=?1, tick=?2, steady=?3, ahead=?4, floor=?5, gap=?6, trust=?7, jumps=?8, jump=?9, jumped=?10, wrong=?11`,
			k.Boot, k.TickMS, k.SteadyMS, k.OffsetMS, k.FloorMS, k.GapMS, int64(k.Trust), k.Jumps, k.JumpMS, k.JumpedMS, k.WrongMS)
	})
	if err != nil {
		return fmt.Errorf("store: keep the time: %w", err)
	}
	return nil
}

func loadSpans(tx *rows.Tx) (spans []span, err error) {
	err = tx.Query(`SELECT after, up_to, since, later FROM unsure ORDER BY after`, func(st *sqlite.Stmt) error {
		spans = append(spans, span{uint64(st.ColumnInt64(0)), uint64(st.ColumnInt64(1)), st.ColumnInt64(2), st.ColumnInt64(3)})
		return nil
	})
	return spans, err
}

func putSpans(tx *rows.Tx, spans []span) error {
	err := tx.Exec(`DELETE FROM unsure`)
	for _, p := range spans {
		err = errors.Join(err, tx.Exec(`INSERT INTO unsure (after, up_to, since, later) VALUES (?1, ?2, ?3, ?4)`, int64(p.after), int64(p.upTo), p.sinceMS, p.laterMS))
	}
	return err
}

// setSpans changes what was written while nobody vouched for the time.
func (s *Store) setSpans(ctx context.Context, change func([]span) []span) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := change(slices.Clone(s.unsure))
	if slices.Equal(next, s.unsure) {
		return nil
	}
	err := s.File.Write(ctx, func(tx *rows.Tx) error { return putSpans(tx, next) })
	if err != nil {
		return fmt.Errorf("store: note who vouches for the time: %w", err)
	}
	s.unsure = next
	return nil
}

// Unvouched notes that from now on nobody vouches for the time: the machine was
// started, and central not heard since; or its clock was set to what it can be.
// How wrong the time was until then nobody will know.
func (s *Store) Unvouched(ctx context.Context) error {
	return s.setSpans(ctx, func(spans []span) []span {
		if i := openSpan(spans); i >= 0 {
			spans = slices.Delete(spans, i, i+1)
		}
		return append(spans, span{after: s.author.Seq(), sinceMS: s.nowMS()})
	})
}

// Vouched notes that central was heard: its time is laterMS more than NowMS has
// said since Unvouched. Where that is much, and something was written, Poisoned
// tells so from then on, and Renew writes it again with the time it was.
func (s *Store) Vouched(ctx context.Context, laterMS int64) error {
	return s.setSpans(ctx, func(spans []span) []span {
		i := openSpan(spans)
		if i < 0 {
			return spans
		}
		if spans[i].after == s.author.Seq() || max(laterMS, -laterMS) <= maxAheadMS {
			return slices.Delete(spans, i, i+1)
		}
		spans[i].upTo, spans[i].laterMS = s.author.Seq(), laterMS
		return spans
	})
}

// misdated is after which own number changes, which central has not taken, were
// written at a time that central's, nowMS, shows to be wrong. s.mu and the
// overlay's are held.
func (s *Store) misdated(nowMS int64) (after uint64, yes bool) {
	for i := range s.unsure {
		p := s.unsure[i]
		if p.upTo == 0 {
			p.laterMS = nowMS - s.nowMS()
		}
		if max(p.laterMS, -p.laterMS) <= maxAheadMS {
			continue
		}
		for _, u := range s.overlay.stamps {
			if p.holds(u.seq) {
				return u.seq - 1, true
			}
		}
	}
	return 0, false
}

// since are the spans in the numbers of who goes on after a fork; what was set
// right is none any more.
func since(spans []span, fork uint64, righted bool) (out []span) {
	for _, p := range spans {
		if righted && p.upTo > 0 || p.upTo > 0 && p.upTo <= fork {
			continue
		}
		p.after -= min(p.after, fork)
		p.upTo -= min(p.upTo, fork)
		out = append(out, p)
	}
	return out
}

// written is the span that a change was written in; zero: the time was right.
func (n *renewal) written(c *journal.Change) span {
	for i := range n.unsure {
		if n.unsure[i].holds(c.Seq) {
			return n.unsure[i]
		}
	}
	return span{}
}

// redate sets right when what the row of an op tells of happened, where the
// clock was wrong.
func (n *renewal) redate(c *journal.Change, op *crdt.Op) {
	if n.UntilMS > 0 && n.names.Dates[op.ID] == nil {
		p := n.written(c)
		n.names.Dates[op.ID] = crm.Redate{SinceMS: p.sinceMS, LaterMS: p.laterMS, LatestMS: n.UntilMS}.Of(op)
	}
}

package store

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/anchor"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// unsure is what was written while nobody vouched for the time: own changes
// after a number. offMS is how much later it was, once central has said so; 0:
// it has not, or it was near enough.
type unsure struct {
	on    bool
	after uint64
	offMS int64
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

func loadUnsure(tx *rows.Tx) (u unsure, err error) {
	err = tx.Query(`SELECT unsure, later FROM clock WHERE unsure>=0`, func(st *sqlite.Stmt) error {
		u = unsure{true, uint64(st.ColumnInt64(0)), st.ColumnInt64(1)}
		return nil
	})
	return u, err
}

func putUnsure(tx *rows.Tx, u unsure) error {
	after := int64(-1)
	if u.on {
		after = int64(u.after)
	}
	return tx.Exec(`UPDATE clock SET unsure=?1, later=?2`, after, u.offMS)
}

// setUnsure changes what was written while nobody vouched for the time.
func (s *Store) setUnsure(ctx context.Context, change func(*unsure)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.unsure
	if change(&u); u == s.unsure {
		return nil
	}
	err := s.File.Write(ctx, func(tx *rows.Tx) error { return putUnsure(tx, u) })
	if err != nil {
		return fmt.Errorf("store: note who vouches for the time: %w", err)
	}
	s.unsure = u
	return nil
}

// Unvouched notes that from now on nobody vouches for the time: the machine was
// started, and central not heard since; or its clock was set to what it can be.
// Call it after KeepClock.
func (s *Store) Unvouched(ctx context.Context) error {
	return s.setUnsure(ctx, func(u *unsure) {
		if u.offMS == 0 { // else what central said is still to be done
			*u = unsure{on: true, after: s.author.Seq()}
		}
	})
}

// Vouched notes that central was heard: its time is laterMS more than NowMS has
// said since Unvouched. Where that is much, and something was written, Poisoned
// tells so from then on, and Renew writes it again with the time it was.
func (s *Store) Vouched(ctx context.Context, laterMS int64) error {
	return s.setUnsure(ctx, func(u *unsure) {
		switch {
		case !u.on || u.offMS != 0:
		case max(laterMS, -laterMS) > maxAheadMS && s.author.Seq() > u.after:
			u.offMS = laterMS
		default:
			*u = unsure{}
		}
	})
}

// misdated is after which own number changes, which central has not taken, were
// written at a time that central's, nowMS, shows to be wrong. s.mu and the overlay's are held.
func (s *Store) misdated(nowMS int64) (after uint64, yes bool) {
	if !s.unsure.on {
		return 0, false
	}
	off := s.unsure.offMS
	if off == 0 {
		off = nowMS - s.nowMS()
	}
	if stamps := s.overlay.stamps; max(off, -off) > maxAheadMS && len(stamps) > 0 && stamps[len(stamps)-1].seq > s.unsure.after {
		return max(s.unsure.after, stamps[0].seq-1), true
	}
	return 0, false
}

// since is what is unsure in the numbers of who goes on after a fork; nothing,
// once it was set right.
func (u unsure) since(fork uint64, righted bool) unsure {
	switch {
	case !u.on || righted:
		return unsure{}
	case u.after <= fork:
		u.after = 0
	default:
		u.after -= fork
	}
	return u
}

// laterMS is how much later a change was written than it says.
func (n *renewal) laterMS(c *journal.Change) int64 {
	if n.unsure.on && c.Seq > n.unsure.after {
		return n.unsure.offMS
	}
	return 0
}

// redate sets right when what a row of a change tells of happened, where the
// clock was wrong.
func (n *renewal) redate(c *journal.Change, row crdt.ID) {
	if n.UntilMS > 0 {
		n.names.Dates[row] = &crm.Redate{AtMS: c.Stamp.Millis(), LaterMS: n.laterMS(c), LatestMS: n.UntilMS}
	}
}

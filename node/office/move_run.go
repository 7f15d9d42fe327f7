package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/sync/rows"
)

// MoveAct is what somebody does with an order.
type MoveAct string

// The acts.
const (
	MoveRun    MoveAct = "run"
	MovePause  MoveAct = "pause"
	MoveResume MoveAct = "resume"
	MoveUndo   MoveAct = "undo"
	MoveDrop   MoveAct = "drop"
)

// moveTo is the state that an act makes of another; empty: it may not be.
func moveTo(act MoveAct, state, halted string) string {
	switch {
	case act == MoveRun && state == MovePlanned:
		return MoveRunning
	case act == MovePause && (state == MoveRunning || state == MoveUndoing):
		return MovePaused
	case act == MoveResume && state == MovePaused:
		return halted
	case act == MoveUndo && slices.Contains([]string{MoveRunning, MovePaused, MoveDone}, state) && halted != MoveUndoing:
		return MoveUndoing
	case act == MoveDrop && state == MovePlanned:
		return MoveDropped
	}
	return ""
}

// DecideMove gives an order, stops it, lets it go on, takes it back, or forgets
// a preview. Nothing moves in it: MoveChunk does.
func (f *Office) DecideMove(ctx context.Context, by crdt.ID, n int64, act MoveAct) error {
	return f.turnMove(ctx, n, turn{by, act, ""})
}

// StopMove pauses an order that cannot go on, with the reason, as pages tell it.
func (f *Office) StopMove(ctx context.Context, n int64, why string) error {
	return f.turnMove(ctx, n, turn{0, MovePause, why})
}

// turn is an order that gets another state.
type turn struct {
	by      crdt.ID // 0: the machine's administrator, or the program
	act     MoveAct
	trouble string
}

func (f *Office) turnMove(ctx context.Context, n int64, t turn) error {
	_, err := f.Central.Act(ctx, rows.Actor{Person: t.by}, func(a *rows.Act) error {
		o, err := moveOrder(a.Tx, n)
		if err != nil {
			return err
		}
		return f.turned(a, o, t)
	})
	if err != nil {
		return fmt.Errorf("office: %s: %w", t.act, err)
	}
	return nil
}

func (f *Office) turned(a *rows.Act, o *MoveOrder, t turn) error {
	state, halted := moveTo(t.act, o.State, o.Halted), ""
	if state == "" {
		return fmt.Errorf("%w: order %d is %s", ErrMoveState, o.N, o.State)
	}
	if state == MovePaused {
		halted = o.State
	}
	err := errors.Join(
		a.Tx.Exec(`UPDATE move_job SET state=?2, halted=?3, trouble=?4 WHERE id=?1`, o.N, state, halted, t.trouble),
		f.moveStep(a.Tx, o.N, string(t.act), t.by))
	switch {
	case err != nil:
		return err
	case state == MoveDropped:
		return a.Tx.Exec(`DELETE FROM move_item WHERE job=?1`, o.N)
	case state == MoveUndoing:
		err = a.Tx.Exec(`UPDATE move_item SET state='passed', why='undone' WHERE job=?1 AND state='waits'`, o.N)
	}
	return errors.Join(err, f.tellMove(a, o.N))
}

func (f *Office) moveStep(tx *rows.Tx, n int64, step string, by crdt.ID) error {
	return tx.Exec(`INSERT OR REPLACE INTO move_step (job, at, step, person) VALUES (?1, ?2, ?3, ?4)`, n, f.o.NowMS(), step, int64(by))
}

// listOf reads customer numbers: the first column of a CSV file, or words; a
// line that begins with a letter is a heading when it is the first.
func listOf(text string) (out []string) {
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		word, _, _ := strings.Cut(strings.ReplaceAll(line, ";", ","), ",")
		word = strings.Trim(strings.TrimSpace(word), `"`)
		if word == "" || i == 0 && !strings.ContainsAny(word, "0123456789") {
			continue
		}
		out = append(out, word)
	}
	return out
}

// ParseMoveList reads the customer numbers of a list: the first column of a CSV
// file, with or without a heading. An empty text is no list.
func ParseMoveList(text string) ([]string, error) {
	out := listOf(text)
	if len(out) > maxMoveList {
		return nil, ErrMoveList
	}
	if strings.TrimSpace(text) != "" && len(out) == 0 {
		return nil, ErrMoveNobody
	}
	return out, nil
}

// ParseMoveNumber reads the number of an order.
func ParseMoveNumber(word string) (int64, error) {
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return 0, ErrNoMove
	}
	return n, nil
}

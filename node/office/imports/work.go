package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office/corefeed"
	"bough/sync/rows"
)

// Work carries out what the oldest import that is under way needs next: its dry
// run, all of its writing, or its undoing. It reports whether there was anything
// to do. An import that fails says why; the error is central's own.
func (im *Imports) Work(ctx context.Context) (did bool, err error) {
	j, err := im.next(ctx)
	if err != nil || j == nil {
		return false, errors.Join(err, im.sweep(ctx))
	}
	defer im.progress(j.N, Progress{})
	switch j.State {
	case Trying:
		err = im.try(ctx, j)
	case Writing:
		err = im.write(ctx, j)
	default:
		err = im.undo(ctx, j)
	}
	if ctx.Err() != nil {
		return true, nil // central stops: the next one goes on
	}
	return true, err
}

func (im *Imports) next(ctx context.Context) (j *Import, err error) {
	err = im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		n, found, err := tx.Int(`SELECT id FROM import_job WHERE state IN (?1, ?2, ?3) ORDER BY id LIMIT 1`, Trying, Writing, Undoing)
		if err != nil || !found {
			return err
		}
		j, err = read(tx, n)
		return err
	})
	return j, err
}

func (im *Imports) progress(n int64, p Progress) {
	im.mu.Lock()
	defer im.mu.Unlock()
	if p == (Progress{}) {
		delete(im.at, n)
		return
	}
	im.at[n] = p
}

// plan reads the files and compares them with central.
func (im *Imports) plan(ctx context.Context, j *Import) (*corefeed.Plan, error) {
	m, err := j.mapped()
	if err != nil {
		return nil, err
	}
	feed, err := corefeed.Load(ctx, corefeed.Options{Folder: folder{im.spool(j.N), j.Files}, Mapping: m, Date: j.Date, MaxListed: maxRefused,
		Progress: func(done, total int64) { im.progress(j.N, Progress{done, total}) }})
	if err != nil {
		return nil, err
	}
	return corefeed.NewPlan(feed, schema(), im.office.Ledger(ctx))
}

// try makes the dry run. What is wrong with files or map is told on the page.
func (im *Imports) try(ctx context.Context, j *Import) error {
	plan, err := im.plan(ctx, j)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return im.turn(ctx, turn{j.N, 0, "faulty", []string{Trying}}, func(_ *rows.Tx, j *Import) error {
			j.fail(Mapping, err)
			return nil
		})
	}
	return im.turn(ctx, turn{j.N, 0, "tried", []string{Trying}}, func(tx *rows.Tx, j *Import) error { return j.show(tx, plan) })
}

// reach moves the import on; all is well.
func (j *Import) reach(state string) { j.State, j.Fault, j.Bad = state, "", nil }

// fail moves it on with what went wrong.
func (j *Import) fail(state string, why error) {
	j.reach(state)
	if !errors.As(why, &j.Bad) {
		j.Fault = desk.Told(why)
	}
}

// show keeps what a plan would change.
func (j *Import) show(tx *rows.Tx, plan *corefeed.Plan) error {
	view := plan.View()
	refused := view.Refused
	view.Refused, j.Shown = nil, nil
	for _, k := range plan.Kinds {
		for _, e := range k.Examples {
			if k.Kind.Num == crm.Party {
				j.Shown = append(j.Shown, e.ID)
			}
		}
	}
	j.View, j.Kept = &view, len(refused)
	j.reach(Tried)
	if err := tx.Exec(`DELETE FROM import_refused WHERE job=?1`, j.N); err != nil {
		return err
	}
	for i, r := range refused {
		why, err := json.Marshal(r.Why)
		if err != nil {
			return fmt.Errorf("imports: keep the reason of a refused line: %w", err)
		}
		err = tx.Exec(`INSERT INTO import_refused (job, n, file, line, field, kind, reason, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`, j.N, int64(i), r.File, int64(r.Line), r.Column, r.Kind, r.Reason, string(why))
		if err != nil {
			return err
		}
	}
	return nil
}

var errStopped = errors.New("imports: stopped")

// write writes what the dry run showed, in parts. Where some of it is written
// already, central was killed in between: what is missing follows.
func (im *Imports) write(ctx context.Context, j *Import) error {
	plan, err := im.plan(ctx, j)
	if err != nil {
		return im.halt(ctx, j, err)
	}
	begun, err := im.begun(ctx, j.N)
	if err != nil {
		return err
	}
	if !begun && plan.Fingerprint() != j.View.Fingerprint {
		return im.turn(ctx, turn{j.N, 0, "changed", []string{Writing}}, func(tx *rows.Tx, j *Import) error {
			j.Changed, j.By, j.Second = true, 0, 0
			return j.show(tx, plan)
		})
	}
	_, err = plan.CommitParts(im.office.Ledger(ctx), corefeed.Approval{By: j.By, ApprovedBy: j.Second}, corefeed.Parts{Job: j.N, Rows: im.o.Rows,
		Told: func(done, total int) error { return im.wrote(ctx, j.N, done, total) }})
	switch {
	case errors.Is(err, errStopped):
		return nil
	case err != nil && !(begun && errors.Is(err, corefeed.ErrNothing)):
		return im.halt(ctx, j, err)
	}
	err = im.turn(ctx, turn{j.N, 0, "done", []string{Writing}}, func(tx *rows.Tx, j *Import) error {
		j.end()
		return nil
	})
	if err != nil {
		return err
	}
	return im.discard(j.N)
}

// end keeps of an import what is needed once it is written: counts, no values.
func (j *Import) end() {
	j.Shown = nil
	j.reach(Done)
	for i := range j.View.Kinds {
		j.View.Kinds[i].Examples = nil
	}
}

// wrote tells how far it is, and whether somebody stopped it.
func (im *Imports) wrote(ctx context.Context, n int64, done, total int) error {
	im.progress(n, Progress{int64(done), int64(total)})
	if err := ctx.Err(); err != nil {
		return err
	}
	j, err := im.get(ctx, n)
	if err == nil && j.State != Writing {
		err = errStopped
	}
	return err
}

// begun reports whether some of an import is written.
func (im *Imports) begun(ctx context.Context, n int64) (begun bool, err error) {
	err = im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		_, begun, err = tx.Int(`SELECT 1 FROM batch WHERE job=?1 AND undone=0`, n)
		return err
	})
	return begun, err
}

// halt says why it cannot go on. What was written stays, and can be taken back.
func (im *Imports) halt(ctx context.Context, j *Import, why error) error {
	if ctx.Err() != nil {
		return why
	}
	return im.turn(ctx, turn{j.N, 0, "halted", []string{Writing}}, func(_ *rows.Tx, j *Import) error {
		j.fail(Halted, why)
		return nil
	})
}

// undo takes an import back, in parts. Whoever is killed in between goes on.
func (im *Imports) undo(ctx context.Context, j *Import) error {
	begun, err := im.begun(ctx, j.N)
	if err != nil {
		return err
	}
	back := j.Back
	if begun {
		plan, err := corefeed.PlanUndo(schema(), im.office.Ledger(ctx))
		if err != nil {
			return err
		}
		back = backOf(plan).after(j.Back)
		// Told before it is done: whoever is killed in between has it done, and knows what.
		err = im.turn(ctx, turn{j.N, 0, "", []string{Undoing}}, func(_ *rows.Tx, j *Import) error {
			j.Back = back
			return nil
		})
		if err != nil {
			return err
		}
		some := j.Back != nil
		err = plan.ApplyParts(im.office.Ledger(ctx), corefeed.Approval{By: im.undoer(ctx, j.N)}, corefeed.Parts{Rows: im.o.Rows, Told: func(done, total int) error {
			some = true
			im.progress(j.N, Progress{int64(done), int64(total)})
			return ctx.Err()
		}})
		if err != nil {
			if some || ctx.Err() != nil {
				return err // it is gone on with
			}
			return im.turn(ctx, turn{j.N, 0, "halted", []string{Undoing}}, func(_ *rows.Tx, j *Import) error {
				j.fail(Done, err)
				j.Back = nil
				return nil
			})
		}
	}
	return im.turn(ctx, turn{j.N, 0, "undone", []string{Undoing}}, func(_ *rows.Tx, j *Import) error {
		j.Back = back
		j.reach(Undone)
		return nil
	})
}

func backOf(plan *corefeed.UndoPlan) *Back {
	b := &Back{Restored: plan.Restored, KeptAll: len(plan.Kept), LeftAll: len(plan.Left),
		Kept: plan.Kept[:min(len(plan.Kept), maxTold)], Left: plan.Left[:min(len(plan.Left), maxTold)]}
	for n := range maps.Values(plan.Removed) {
		b.Removed += n
	}
	return b
}

// after adds up with what was told of an undo that was cut off; nil: of none. What
// stays is listed anew, and did not go.
func (b *Back) after(was *Back) *Back {
	if was != nil {
		b.Removed, b.Restored = was.Removed+was.KeptAll-b.KeptAll, was.Restored+was.LeftAll-b.LeftAll
	}
	return b
}

// WouldUndo is what taking an import back would do now.
func (im *Imports) WouldUndo(ctx context.Context) (*Back, error) {
	plan, err := corefeed.PlanUndo(schema(), im.office.Ledger(ctx))
	if err != nil {
		if errors.Is(err, corefeed.ErrNoBatch) {
			err = errState
		}
		return nil, err
	}
	return backOf(plan), nil
}

// sweep forgets now and then what nobody needs any more.
func (im *Imports) sweep(ctx context.Context) error {
	now := im.o.NowMS()
	im.mu.Lock()
	due := now >= im.sweptMS+sweepEveryMS
	if due {
		im.sweptMS = now
	}
	im.mu.Unlock()
	if !due {
		return nil
	}
	var old []int64
	live := map[string]bool{}
	_, err := im.act(ctx, 0, func(a *rows.Act) error {
		err := a.Tx.Query(`SELECT id, state FROM import_job WHERE state NOT IN (?1, ?2, ?3)`, func(s *rows.Stmt) error {
			n, state := s.ColumnInt64(0), s.ColumnText(1)
			live[strconv.FormatInt(n, 10)] = true
			if slices.Contains(unended, state) && n < now-abandonedMS {
				old = append(old, n)
			}
			return nil
		}, Done, Undone, Dropped)
		return errors.Join(err, a.Tx.Exec(`DELETE FROM import_refused WHERE job<?1`, now-forgottenMS))
	})
	for _, n := range old {
		err = errors.Join(err, im.Drop(ctx, 0, n))
	}
	return errors.Join(err, im.orphans(live))
}

// orphans removes files whose import is at its end: central was killed before
// it could.
func (im *Imports) orphans(live map[string]bool) error {
	entries, err := os.ReadDir(im.o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		info, gone := e.Info()
		fresh := gone != nil || info.ModTime().UnixMilli() > im.o.NowMS()-dayMS // one that is being uploaded
		if !live[e.Name()] && !fresh {
			err = errors.Join(err, os.RemoveAll(filepath.Join(im.o.Dir, e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("imports: remove files: %w", err)
	}
	return nil
}

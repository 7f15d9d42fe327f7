package desk

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

const earliestMS = -2208988800000 // 1900-01-01

// checkHappened reads when something happened; 0 means now.
func (d *Desk) checkHappened(field string, ms int64) (int64, error) {
	now := d.o.NowMS()
	switch {
	case ms == 0:
		return now, nil
	case ms > now+maxHappenedGap && !d.unsure(): // a clerk with a watch knows better then
		return 0, invalid(field, "in_future", "this is in the future; give the time it happened")
	case ms < earliestMS:
		return 0, invalid(field, "too_early", "this is before 1900; give the time it happened")
	}
	return ms, nil
}

func checkNote(field, text string) (string, error) {
	text = strings.TrimSpace(clean(text))
	switch {
	case text == "":
		return "", invalid(field, "missing", "write what happened, in a few words")
	case len(text) > maxNoteBytes:
		return "", invalid(field, "too_long", "at most %d bytes, this has %d: make it shorter", maxNoteBytes, len(text))
	}
	return text, nil
}

// clean drops what no field may hold: broken UTF-8 and control characters but
// line feeds.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

func (d *Desk) checkInteraction(ctx context.Context, in *Interaction) (err error) {
	if err := oneOf("channel", in.Channel, crm.Channels); err != nil {
		return err
	}
	if in.Reason == "" {
		in.Reason = "other"
	}
	if err := d.offered(ctx, "reason", in.Reason); err != nil {
		return err
	}
	if in.Outcome == "" {
		in.Outcome = "done"
	}
	if err := d.offered(ctx, "outcome", in.Outcome); err != nil {
		return err
	}
	if in.Text, err = checkNote("text", in.Text); err != nil {
		return err
	}
	if in.PromiseText != "" {
		if in.PromiseText, err = checkNote("promise_text", in.PromiseText); err != nil {
			return err
		}
		if in.PromiseDueMS <= 0 {
			return invalid("promise_due", "missing", "say until when you promised it")
		}
	}
	in.HappenedMS, err = d.checkHappened("happened", in.HappenedMS)
	return err
}

// RecordInteraction wraps up what passed with a party; a promise becomes a
// task of its own.
func (d *Desk) RecordInteraction(ctx context.Context, who *Who, party crdt.ID, in Interaction) (Saved, error) {
	needs := []crm.Act{crm.ActRecord}
	if in.PromiseText != "" {
		needs = append(needs, crm.ActTask)
	}
	if err := d.need(who, needs...); err != nil {
		return Saved{}, err
	}
	if err := d.checkInteraction(ctx, &in); err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActRecord, func(a *rows.Act) (crdt.ID, error) {
		if err := mustServe(a.Tx, party); err != nil {
			return 0, err
		}
		if in.Holding != 0 && mustHave(a.Tx, crm.Holding, in.Holding) != nil {
			return 0, invalid("holding", "no_holding", "there is no such account here")
		}
		id, err := a.Mint()
		if err != nil {
			return 0, err
		}
		a.Add(crdt.Op{Kind: crm.Interaction, ID: id, Set: filled(
			set(crm.InteractionParty, crdt.RefValue(party)),
			set(crm.InteractionChannel, crdt.TextValue(in.Channel)),
			set(crm.InteractionReason, crdt.TextValue(in.Reason)),
			set(crm.InteractionText, crdt.TextValue(in.Text)),
			set(crm.InteractionHappened, crdt.IntValue(in.HappenedMS)),
			set(crm.InteractionOutcome, crdt.TextValue(in.Outcome)),
			set(crm.InteractionHolding, crdt.RefValue(in.Holding)),
			d.clockMark(),
		)})
		if in.PromiseText == "" {
			return id, nil
		}
		task, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Task, ID: task, Set: filled(
			set(crm.TaskParty, crdt.RefValue(party)),
			set(crm.TaskType, crdt.TextValue("promise")),
			set(crm.TaskText, crdt.TextValue(in.PromiseText)),
			set(crm.TaskDue, crdt.IntValue(in.PromiseDueMS)),
			set(crm.TaskState, crdt.TextValue("open")),
			set(crm.TaskOwner, crdt.RefValue(who.Person)),
			set(crm.TaskFrom, crdt.RefValue(id)),
		)})
		return id, err
	})
}

// mustHave reports a plain error when a row is not here.
func mustHave(tx *rows.Tx, kind uint8, id crdt.ID) error {
	row, err := tx.Get(kind, id)
	if err != nil || row != nil {
		return err
	}
	if kind == crm.Party {
		if _, is, err := tx.Int(`SELECT 1 FROM erasure WHERE party=?1`, int64(id)); err != nil || is {
			return errors.Join(err, notFound("erased", "head office ordered this customer erased; nothing of them is kept"))
		}
	}
	return notFound("customer", "no such customer in this branch; search for the name")
}

// mustServe reports a plain error when nothing may be written for a party: it is
// neither here nor in the directory.
func mustServe(tx *rows.Tx, party crdt.ID) error {
	serves, err := store.Serves(tx, party)
	if err == nil && !serves {
		err = notFound("customer", "no such customer in this branch; search for the name")
	}
	return err
}

// SetTask changes the state of a task: kept, broken, dropped or open again. saw
// is the stamp of the state on screen; without it, the one that is there now.
func (d *Desk) SetTask(ctx context.Context, who *Who, task crdt.ID, state string, saw ...string) (Saved, error) {
	if err := cmp.Or(d.need(who, crm.ActTask), oneOf("state", state, crm.TaskStates)); err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActTask, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Task, task)
		if err != nil {
			return 0, err
		}
		if row == nil {
			return 0, notFound("task", "no such task here")
		}
		seen := sawCurrent(row, crm.TaskState)
		if saw != nil {
			if seen, err = parseSaw(row, "state", saw); err != nil {
				return 0, err
			}
		}
		a.Add(crdt.Op{Kind: crm.Task, ID: task, Set: []crdt.FieldSet{{Field: crm.TaskState, Value: crdt.TextValue(state), Saw: seen}}})
		return task, nil
	})
}

// sawCurrent is what an author saw who saw the row as it is.
func sawCurrent(r *rows.Stored, field uint8) []crdt.Stamp {
	if s := r.Clocks.Of(field).Stamp; !s.IsZero() {
		return []crdt.Stamp{s}
	}
	return nil
}

package office

import (
	"errors"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// revives reports whether a row that central wrote before it was restored is taken
// back. Those that only tell what central did, or follow from others, are not: a
// restored central writes its own. The author of what was refused sends it again;
// the ledger has who was erased, unless it was lost, too; a workstation is taken in by its certificate; what
// an order to move did to whom is told by each move.
func revives(tx *rows.Tx, row *crdt.Row) (bool, error) {
	switch row.Kind {
	case crm.Erasure:
		return outstanding(tx, row)
	case crm.Refusal, crm.Node, crm.Directory, crm.MoveOrder:
		return false, nil
	case crm.Move:
		return revivesMove(tx, row)
	}
	return true, nil
}

// revivesMove has the order of a move know that it was carried out, though the
// backup does not; unless the order moved the customer once more since. An order
// that the backup has as planned, or that was over without it, waits for somebody
// to look at it.
func revivesMove(tx *rows.Tx, row *crdt.Row) (bool, error) {
	job, party, to := row.Get(crm.MoveJob).I, row.Get(crm.MoveParty).I, row.Get(crm.MoveTo).I
	n, found, err := tx.Int(`SELECT n FROM move_item WHERE job=?1 AND row_id=?2`, job, party)
	if err != nil || !found {
		return err == nil, err
	}
	known, again, err := tx.Int(`SELECT id FROM move WHERE job=?1 AND party=?2 AND to_branch=?3`, job, party, to)
	if err != nil || again {
		return known == int64(row.ID), err
	}
	home, _, err := tx.Int(`SELECT home FROM move_job WHERE id=?1`, job)
	if err != nil || to != home {
		return err == nil, errors.Join(err, tx.Exec(`UPDATE move_item SET why='', state='back' WHERE job=?1 AND n=?2`, job, n))
	}
	err = errors.Join(
		tx.Exec(`UPDATE move_item SET event=?3, why='', state=CASE state WHEN 'back' THEN 'back' ELSE 'moved' END
			WHERE job=?1 AND n=?2`, job, n, int64(row.ID)),
		tx.Exec(`UPDATE move_job SET state='paused', halted=CASE state WHEN 'planned' THEN 'running' ELSE 'undoing' END, trouble=?2
			WHERE id=?1 AND state IN ('planned', 'undone')`, job, MoveRestored))
	return err == nil, err
}

// untold reports whether another home of a customer, or branch of an account, waits
// for the move that says so: who reads pages may have stopped between the two, and
// half a move is none.
func untold(b *central.Batch, row *crdt.Row, field uint8, at crdt.Stamp) (bool, error) {
	var where string
	switch {
	case row.Kind == crm.Party && field == crm.PartyHome:
		where = `party=?1`
	case row.Kind == crm.Holding && field == crm.HoldingBranch:
		where = `party IN (SELECT party FROM role WHERE holding=?1 AND role='owner')`
	default:
		return false, nil
	}
	waits := true
	err := b.Each(crm.Move, where, func(r *rows.Stored) error {
		waits = waits && r.Clocks.Latest() != at
		return nil
	}, int64(row.ID))
	return waits, err
}

// revived carries a move out that came back, with the accounts that wait for it.
func revived(b *central.Batch, move *crdt.Row) error {
	if move.Kind != crm.Move {
		return nil
	}
	id, at := move.Get(crm.MoveParty).ID(), move.Clocks[len(move.Clocks)-1]
	b.IsNews(central.RowID{Kind: crm.Party, ID: id}) // for whoever had them until then
	if err := moveAgain(b, id, move.Get(crm.MoveTo).I, at); err != nil {
		return err
	}
	return b.Each(crm.Holding, `id IN (SELECT holding FROM role WHERE party=?1 AND role='owner') ORDER BY id`, func(r *rows.Stored) error {
		return b.TakeAwaited(crm.Holding, r.ID, at.Stamp)
	}, int64(id))
}

// moveAgain gives a customer the home that a move says. Where they were moved since, or
// are at home there, the page that tells so came first.
func moveAgain(b *central.Batch, id crdt.ID, to int64, at crdt.Written) error {
	all, err := b.Naming(crm.Move, crm.MoveParty, id)
	since := func(r *rows.Stored) bool { return at.Stamp.Less(r.Clocks.Latest()) }
	if err != nil || slices.ContainsFunc(all, since) {
		return err
	}
	party, err := b.Get(crm.Party, id)
	if err != nil || party == nil || !party.Clocks.Of(crm.PartyHome).Stamp.Less(at.Stamp) {
		return err
	}
	op := homeOp(&party.Row, crm.PartyHome, to)
	return b.TakeBack(&op, at)
}

package central

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/crdt"
	"bough/sync/rows"
)

// restoreJump: the numbers of the feeds jump to so many a second since 1970,
// further than any that was given out since the copy, also after another restore
// of the same copy. No bank writes so many rows a second; they last for 270 years.
const restoreJump = 1 << 30

// Errors of a restore.
var (
	ErrDamaged    = errors.New("central: the backup is damaged; take an older one")
	ErrNotCentral = errors.New("central: this is the file of a workstation, not of central")
)

// Restoring is what it takes to make a copy of central's file serve again.
type Restoring struct {
	Path       string // of the copy; nobody else has it open
	Schema     *crdt.Schema
	Migrations []string // of what shares the file
	Origin     crdt.Origin
	NowMS      int64
	Disk       rows.Disk // nil: the platform's
}

// Restored tells what a restore brought back.
type Restored struct {
	Origin   crdt.Origin
	Epoch    uint64 // of the feeds
	Vector   map[crdt.Origin]uint64
	BackupMS int64 // last contact that the copy knows of, ms UTC
}

// Restore checks a copy of central's file and makes it ready to serve in the
// place of the file that is lost. What happened after the copy was made is
// still known to the nodes, so
//
//   - central gets a new origin before it mints anything: what it minted after
//     the copy must not be minted again for something else;
//   - the feeds get a new epoch, later than any before it: the nodes read them
//     again from 0, and send again what lies above the vector;
//   - the numbers of the feeds jump ahead of any that was given out since the copy:
//     no receipt, order or page of before is taken for one of after it;
//   - the backup itself is remembered: it may be restored once more, so nodes keep
//     what it does not cover;
//   - what central alone wrote since is asked back from the workstations, which
//     keep its pages under its own seal;
//   - workstations that joined since are taken in by their certificates;
//   - enrolment codes are void: one that was used after the copy must not open
//     a second time.
//
// A file of a newer version, of another program or of a node is refused.
func Restore(ctx context.Context, o Restoring) (r Restored, err error) {
	if o.Disk == nil {
		o.Disk = rows.Platform{}
	}
	if err := peek(o); err != nil {
		return r, err
	}
	file, err := rows.Open(rows.Options{Path: o.Path, Schema: o.Schema, Migrations: tables, Oldest: oldestReader, Shared: o.Migrations, Disk: o.Disk})
	if err != nil {
		return r, fmt.Errorf("central: restore: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	faults, err := file.Integrity(ctx)
	if err != nil {
		return r, fmt.Errorf("central: restore: %w", err)
	}
	if len(faults) > 0 {
		return r, fmt.Errorf("%w: %s", ErrDamaged, faults[0])
	}
	err = file.Write(ctx, func(tx *rows.Tx) error { return r.revive(tx, o) })
	if err != nil {
		return r, fmt.Errorf("central: restore: %w", err)
	}
	if r.Vector, err = (&Central{File: file}).Vector(ctx); err != nil {
		return r, fmt.Errorf("central: restore: %w", err)
	}
	return r, file.Checkpoint(ctx)
}

// peek looks whether the file is of a central at all, before its tables are
// brought up to date.
func peek(o Restoring) (err error) {
	c, err := o.Disk.Open(o.Path, sqlite.OpenReadWrite)
	if err != nil {
		return fmt.Errorf("central: restore: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	feeds := 0
	err = sqlitex.ExecuteTransient(c, `SELECT count(*) FROM sqlite_schema WHERE name='feed'`, &sqlitex.ExecOptions{
		ResultFunc: func(s *sqlite.Stmt) error { feeds = s.ColumnInt(0); return nil },
	})
	switch {
	case sqlite.ErrCode(err).ToPrimary() == sqlite.ResultNotADB:
		return rows.ErrForeign
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case feeds == 0:
		return ErrNotCentral
	}
	return nil
}

func (r *Restored) revive(tx *rows.Tx, o Restoring) error {
	epoch, err := tx.FactInt(factEpoch)
	if err != nil {
		return err
	}
	if err := errors.Join(r.lives(tx, epoch), tx.Reborn(o.Origin)); err != nil {
		return err
	}
	// One backup may be restored twice: counting alone would give the same
	// epoch again.
	epoch = max(epoch+1, o.NowMS)
	r.Origin, r.Epoch = o.Origin, uint64(epoch)
	if r.BackupMS, _, err = tx.Int(`SELECT coalesce(max(seen), 0) FROM origin`); err != nil {
		return err
	}
	// The backup does not know of itself, and may be restored once more.
	covers, err := vectorOf(tx)
	if err != nil {
		return err
	}
	number, err := tx.FactInt(factNumber)
	if err == nil {
		err = putMark(tx, r.BackupMS, "", covers, number)
	}
	if err != nil {
		return err
	}
	if err := tx.SetFact(factEpoch, epoch); err != nil {
		return err
	}
	if err := tx.SetFact(factNumber, max(number/restoreJump+1, o.NowMS/1000)*restoreJump); err != nil {
		return err
	}
	if err := errors.Join(noteRestored(tx, max(r.BackupMS, 1)), tx.SetFact(factRestoredAt, o.NowMS), tx.SetFact(factBackup, number)); err != nil {
		return err
	}
	return tx.Exec(`UPDATE code SET used=1`)
}

// lives notes whose pages count from now on, and what the backup had.
func (r *Restored) lives(tx *rows.Tx, epoch int64) error {
	was, err := tx.Origin()
	if err != nil {
		return err
	}
	return errors.Join(tx.Exec(`INSERT OR REPLACE INTO life (epoch, origin) VALUES (?1, ?2)`, epoch, int64(was)),
		tx.Exec(`DELETE FROM recall`),
		tx.Exec(`DELETE FROM recalled`),
		tx.Exec(`DELETE FROM given`),
		tx.Exec(`INSERT INTO recall (origin, was) SELECT origin, seq FROM origin WHERE revoked=0`))
}

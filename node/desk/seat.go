package desk

import (
	"context"
	"time"

	"bough/crdt"
	"bough/node/calendar"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// Write is one act of who, for the packages of other nouns (node/cases): every
// right that it takes is checked first. fn returns the row that was written.
func (d *Desk) Write(ctx context.Context, who *Who, needs []crm.Act, fn func(*rows.Act) (crdt.ID, error)) (Saved, error) {
	if err := d.need(who, needs...); err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, needs[0], fn)
}

// Allow checks that somebody may do an act of head office: one on the bank
// itself, so that customers of every branch need not be theirs to see.
func (d *Desk) Allow(who *Who, act crm.Act) error {
	if err := signedIn(who); err != nil {
		return err
	}
	if !who.May(act) {
		return denied("not_allowed", "your role may not do this; ask your manager")
	}
	return nil
}

// Decree is one act of head office, for the packages of its nouns (node/staff).
// fn returns the row that was written.
func (d *Desk) Decree(ctx context.Context, who *Who, act crm.Act, fn func(*rows.Act) (crdt.ID, error)) (Saved, error) {
	if err := d.Allow(who, act); err != nil {
		return Saved{}, err
	}
	var id crdt.ID
	r, err := d.o.Ledger.Act(ctx, rows.Actor{Session: who.Session, Person: who.Person}, func(a *rows.Act) (err error) {
		id, err = fn(a)
		return err
	})
	return Saved{ID: id, Seq: r.Seq, Stamp: r.Stamp, State: d.fresh()}, err
}

// Look hands fn a snapshot, if who may do an act of head office.
func (d *Desk) Look(ctx context.Context, who *Who, act crm.Act, fn func(*Reader) error) error {
	if err := d.Allow(who, act); err != nil {
		return err
	}
	return d.read(ctx, who, fn)
}

// Reader reads rows and the names behind them from one snapshot.
type Reader struct {
	*rows.Tx
	NowMS int64
	desk  *Desk
	names *names
	of    []store.Viewing // whom it shows
	days  *calendar.Calendar
	rules []clocks.Rule // of cases; nil: not read yet
	land  string
}

// Read hands fn a snapshot, if who has the rights, and writes down whom it showed:
// an error of that is one of the reading.
func (d *Desk) Read(ctx context.Context, who *Who, needs []crm.Act, fn func(*Reader) error) error {
	if err := d.need(who, needs...); err != nil {
		return err
	}
	return d.read(ctx, who, fn)
}

// Reader reads within a transaction that is open already.
func (d *Desk) Reader(tx *rows.Tx) *Reader {
	return &Reader{Tx: tx, NowMS: d.o.NowMS(), desk: d, names: newNames(tx)}
}

// Branch is the branch of this process; 0: head office.
func (r *Reader) Branch() int64 { return r.desk.o.Branch }

// Kind is a kind of rows; nil for one that this release does not know.
func (r *Reader) Kind(num uint8) *crdt.Kind { return r.desk.file.Schema().Kind(num) }

// Person is somebody of the bank; empty where nobody is known.
func (r *Reader) Person(id crdt.ID) (PersonLine, error) { return r.names.person(id) }

// PartyName is how a party is called; that it was shown is written down.
func (r *Reader) PartyName(id crdt.ID) (string, error) {
	p, err := r.names.party(id)
	return p.name, err
}

// BranchName is how a branch is called.
func (r *Reader) BranchName(number int64) (string, error) { return r.names.branch(number) }

// Author tells who last wrote a row.
func (r *Reader) Author(row *rows.Stored) (Author, error) { return r.desk.rowAuthor(r.names, row) }

// Calendar is the week of the branch, with its holidays, and the ISO 3166
// country it lies in. Days that head office wrote wrongly are passed over: a
// clerk can do nothing about them.
func (r *Reader) Calendar() (*calendar.Calendar, string, error) {
	if r.days != nil {
		return r.days, r.land, nil
	}
	var err error
	r.days, r.land, err = r.CalendarOf(r.Branch())
	return r.days, r.land, err
}

// Zone is the time zone of the branch, by which its calendar goes; nil where head
// office has told none that is known here.
func (d *Desk) Zone(ctx context.Context) (zone *time.Location, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		zone, _, err = d.Reader(tx).place(d.o.Branch)
		return err
	})
	return zone, err
}

// place tells where a branch lies: its time zone, nil where none is told, and country.
func (r *Reader) place(branch int64) (zone *time.Location, land string, err error) {
	err = r.Query(`SELECT time_zone, country FROM branch WHERE number=?1`, func(s *rows.Stmt) error {
		if z, err := time.LoadLocation(s.ColumnText(0)); err == nil && s.ColumnText(0) != "" {
			zone = z
		}
		land = s.ColumnText(1)
		return nil
	}, branch)
	return zone, land, err
}

// CalendarOf is the same of any branch.
func (r *Reader) CalendarOf(branch int64) (c *calendar.Calendar, land string, err error) {
	zone, land, err := r.place(branch)
	if err != nil {
		return nil, "", err
	}
	var days []calendar.Day
	err = r.Query(`SELECT date, branch, works, name FROM holiday WHERE (ended IS NULL OR ended=0)
		AND (country IS NULL OR country='' OR country=?1) ORDER BY branch<>0, country<>'', id`, func(s *rows.Stmt) error {
		day := calendar.Day{Date: s.ColumnText(0), Branch: s.ColumnInt64(1), Works: s.ColumnInt64(2) == 1, Name: s.ColumnText(3)}
		if _, err := time.Parse(time.DateOnly, day.Date); err == nil {
			days = append(days, day)
		}
		return nil
	}, land)
	if err != nil {
		return nil, "", err
	}
	c, err = calendar.New(branch, zone, days)
	return c, land, err
}

// Setting is a parameter of head office, that of the branch before that of the
// bank; empty when neither is set.
func (r *Reader) Setting(name string) (value string, err error) {
	err = r.Query(`SELECT value FROM parameter WHERE name=?1 AND value<>'' AND (branch IS NULL OR branch IN (0, ?2)) ORDER BY branch`, func(s *rows.Stmt) error {
		value = s.ColumnText(0)
		return nil
	}, name, r.Branch())
	return value, err
}

// NowMS is the time of the desk, ms UTC.
func (d *Desk) NowMS() int64 { return d.o.NowMS() }

// Mistyped is the error of a field that cannot be taken; code is the key of its
// translation, "error." + code.
func Mistyped(field, code, format string, args ...any) error {
	return invalid(field, code, format, args...)
}

// Why reads why somebody does something; it is needed: somebody will ask.
func Why(typed string) (string, error) { return checkReason(typed) }

// Missing is the error of something that is not here.
func Missing(code, message string) error { return notFound(code, message) }

// Refuse is the error of an act that somebody may not do.
func Refuse(code, message string) error { return denied(code, message) }

// Note checks a text that somebody typed: not empty, not too long, without
// control characters.
func Note(field, text string) (string, error) { return checkNote(field, text) }

// OneOf checks a code against its list.
func OneOf(field, code string, list []string) error { return oneOf(field, code, list) }

// Happened checks when something happened, ms UTC; 0 means now.
func (d *Desk) Happened(field string, ms int64) (int64, error) { return d.checkHappened(field, ms) }

// Saw are the stamps of a field that an author had on screen: those given, as
// hex under the field's name, else the current one.
func Saw(row *rows.Stored, field uint8, name string, given []string) ([]crdt.Stamp, error) {
	if given == nil {
		return sawCurrent(row, field), nil
	}
	return parseSaw(row, name, given)
}

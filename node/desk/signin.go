package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
	"bough/sync/trust"
)

const sessionMS = 12 * 60 * 60 * 1000 // the longest a session may last

// PersonLine is a person for the sign-in page.
type PersonLine struct {
	ID     crdt.ID
	Login  string
	Name   string
	Role   string
	Branch int64
}

// BranchLine is a branch of the bank.
type BranchLine struct {
	Number int64
	Name   string
}

// account is what signing in needs of a person.
type account struct {
	person  PersonLine
	sealed  string
	oneTime bool
}

var errPassword = &Error{Reason: Invalid, Code: "wrong_password", Field: "password",
	Message: "name and password do not fit; after five wrong ones the name is locked for a while"}

var errNobodyYet = &Error{Reason: Locked, Code: "nobody_yet", Message: "nobody of this branch is known here yet: the workstation must reach head office once; " +
	"check the line, then try again"}

// SignIn checks a password and opens a session, offline too. api makes a
// bearer word, which is never idle-locked, instead of a cookie.
func (d *Desk) SignIn(ctx context.Context, login, password string, api bool) (token string, who *Who, err error) {
	key, acc, err := d.unseal(ctx, login, password)
	if err != nil {
		return "", nil, err
	}
	if acc.oneTime {
		return "", nil, &Error{Reason: Invalid, Code: "must_change", Field: "password", Message: "this password was for one time: choose your own now"}
	}
	session, err := d.open(ctx, key, acc)
	if err != nil {
		return "", nil, err
	}
	word, hash, err := trust.NewToken(d.o.Rand)
	if err != nil {
		return "", nil, err
	}
	if err := d.tellTurnedAway(ctx, session, acc.person.ID); err != nil {
		return "", nil, err
	}
	now := d.o.NowMS()
	t := store.Token{Hash: hash, Session: session, Person: acc.person.ID, API: api, SeenMS: now, UntilMS: now + sessionMS}
	if err := d.o.Local.PutToken(ctx, t); err != nil {
		return "", nil, err
	}
	who, err = d.who(ctx, &t)
	return word, who, err
}

// unseal opens a person's key by their password, counting wrong ones.
func (d *Desk) unseal(ctx context.Context, login, password string) (*trust.PersonKey, *account, error) {
	if err := d.leased(); err != nil {
		return nil, nil, err
	}
	if len(login) > maxLoginBytes {
		return nil, nil, errPassword
	}
	// Before the count is read: else many tries at once would all find it low.
	select {
	case d.sealing <- struct{}{}:
		defer func() { <-d.sealing }()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	now := d.o.NowMS()
	count, at, err := d.o.Local.WrongPasswords(ctx, login)
	if err != nil {
		return nil, nil, err
	}
	acc, err := d.account(ctx, login)
	if err != nil {
		return nil, nil, err
	}
	if wait := trust.LockedFor(count, time.UnixMilli(at), time.UnixMilli(now)); wait > 0 {
		locked := &Error{Reason: Locked, Code: "too_many", Field: "password", WaitMS: wait.Milliseconds(),
			Message: "too many wrong passwords: wait " + wait.Round(time.Second).String() + " and try again"}
		return nil, nil, errors.Join(locked, d.turnedAway(ctx, acc))
	}
	if acc == nil {
		if people, err := d.People(ctx); err != nil || len(people) == 0 {
			return nil, nil, errors.Join(err, errNobodyYet)
		}
		return nil, nil, errors.Join(errPassword, d.o.Local.CountPassword(ctx, login, false, now), d.turnedAway(ctx, nil))
	}
	sealed, err := base64.RawURLEncoding.DecodeString(acc.sealed)
	if err != nil {
		return nil, nil, err
	}
	key, err := trust.OpenPersonKey(sealed, int64(acc.person.ID), password)
	if errors.Is(err, trust.ErrWrongPassword) {
		return nil, nil, errors.Join(errPassword, d.o.Local.CountPassword(ctx, login, false, now), d.turnedAway(ctx, acc))
	}
	if err != nil {
		return nil, nil, err
	}
	if count > 0 {
		err = d.o.Local.CountPassword(ctx, login, true, now)
	}
	return key, acc, err
}

// turnedAway notes that somebody tried to sign in, in vain; acc nil: under a name
// that nobody has. The name itself is not kept: it may be a password that was
// typed in the wrong place.
func (d *Desk) turnedAway(ctx context.Context, acc *account) error {
	var person crdt.ID
	if acc != nil {
		person = acc.person.ID
	}
	return d.o.Local.TurnedAway(ctx, person, d.o.NowMS())
}

// tellTurnedAway moves into the journal how often somebody tried in vain to sign
// in here, under the session of the next who could.
func (d *Desk) tellTurnedAway(ctx context.Context, session, person crdt.ID) error {
	any, err := d.o.Local.AnyTurnedAway(ctx)
	if err != nil || !any {
		return err
	}
	_, err = d.o.Ledger.Act(ctx, rows.Actor{Session: session, Person: person}, func(a *rows.Act) error {
		return store.TellTurnedAway(a, d.o.Branch, d.o.NowMS())
	})
	return err
}

// account finds who may sign in here under a login; nil when nobody.
func (d *Desk) account(ctx context.Context, login string) (acc *account, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT person.id, login, name, role, person.branch, sealed, one_time
			FROM person JOIN credential ON credential.person=person.id
			WHERE login=?1 AND ended IS NULL`, func(s *rows.Stmt) error {
			acc = &account{person: scanPerson(s), sealed: s.ColumnText(5), oneTime: s.ColumnInt64(6) == 1}
			return nil
		}, login)
	})
	return acc, err
}

func scanPerson(s *rows.Stmt) PersonLine {
	return PersonLine{ID: crdt.ID(s.ColumnInt64(0)), Login: s.ColumnText(1), Name: s.ColumnText(2), Role: s.ColumnText(3), Branch: s.ColumnInt64(4)}
}

// open writes the session that the person's key signs.
func (d *Desk) open(ctx context.Context, key *trust.PersonKey, acc *account) (crdt.ID, error) {
	var session crdt.ID
	_, err := d.o.Ledger.Act(ctx, rows.Actor{Person: acc.person.ID}, func(a *rows.Act) (err error) {
		if session, err = a.Mint(); err != nil {
			return err
		}
		now := d.o.NowMS()
		signed, err := key.SignSession(trust.Session{ID: int64(session), Person: int64(acc.person.ID), Origin: uint32(d.o.Ledger.Origin()), SinceMS: now, UntilMS: now + sessionMS})
		if err != nil {
			return err
		}
		a.Add(crdt.Op{Kind: crm.Session, ID: session, Set: filled(
			set(crm.SessionPerson, crdt.RefValue(acc.person.ID)),
			set(crm.SessionOrigin, crdt.IntValue(int64(d.o.Ledger.Origin()))),
			set(crm.SessionSince, crdt.IntValue(now)),
			set(crm.SessionUntil, crdt.IntValue(now+sessionMS)),
			set(crm.SessionSignature, crdt.TextValue(base64.RawURLEncoding.EncodeToString(signed.Signature))),
			set(crm.SessionBranch, branchValue(d.o.Branch)),
		)})
		return nil
	})
	return session, err
}

func branchValue(n int64) crdt.Value {
	if n == 0 {
		return crdt.Value{}
	}
	return crdt.IntValue(n)
}

// Check tells who a token belongs to. Past the idle time the error has reason
// Locked, and who is given as well.
func (d *Desk) Check(ctx context.Context, token string) (*Who, error) {
	if err := d.leased(); err != nil {
		return nil, err
	}
	hash := trust.HashToken(token)
	t, err := d.o.Local.Token(ctx, hash)
	if err != nil {
		return nil, err
	}
	now := d.o.NowMS()
	if t == nil || t.UntilMS <= now {
		return nil, &Error{Reason: SignedOut, Code: "signed_out", Message: "you are not signed in, or the session ended after 12 hours; sign in again"}
	}
	who, err := d.who(ctx, t)
	if err != nil || t.API {
		return who, err
	}
	if !t.Locked && now-d.lastSeen(t) > d.o.IdleMS {
		t.Locked = true // for good: nothing but the password opens it again
		if err := d.o.Local.PutToken(ctx, *t); err != nil {
			return nil, err
		}
	}
	if t.Locked {
		return who, &Error{Reason: Locked, Code: "idle", Message: "locked because nobody typed for a while; enter your password to go on"}
	}
	return who, nil
}

func (d *Desk) lastSeen(t *store.Token) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(t.SeenMS, d.seen[t.Hash])
}

// Touch says that the person did something: the idle clock starts anew.
func (d *Desk) Touch(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[trust.HashToken(token)] = d.o.NowMS()
}

// who reads the person and the rights behind a token.
func (d *Desk) who(ctx context.Context, t *store.Token) (who *Who, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		err := tx.Query(`SELECT id, login, name, role, branch FROM person WHERE id=?1 AND ended IS NULL`, func(s *rows.Stmt) error {
			p := scanPerson(s)
			who = &Who{Session: t.Session, Person: p.ID, Login: p.Login, Name: p.Name, Role: p.Role, Branch: p.Branch, UntilMS: t.UntilMS, acts: map[crm.Act]bool{}}
			return nil
		}, int64(t.Person))
		if err != nil || who == nil {
			return err
		}
		// Central may have refused the session; whatever is written under it
		// would be refused too.
		row, err := tx.Get(crm.Session, t.Session)
		if err != nil {
			return err
		}
		if row == nil {
			return &Error{Reason: SignedOut, Code: "signed_out", Message: "head office did not accept this sign-in; sign in again"}
		}
		if who.fields, err = fieldRights(tx, who.Role); err != nil {
			return err
		}
		return tx.Query(`SELECT act FROM access_right WHERE role=?1 AND allowed=1`, func(s *rows.Stmt) error {
			who.acts[crm.Act(s.ColumnText(0))] = true
			return nil
		}, who.Role)
	})
	if err == nil && who == nil {
		err = &Error{Reason: SignedOut, Code: "signed_out", Message: "this person may no longer sign in; ask head office"}
	}
	if err != nil {
		return nil, err
	}
	return who, nil
}

// Unlock lets the same person go on after an idle lock.
func (d *Desk) Unlock(ctx context.Context, token, password string) error {
	hash := trust.HashToken(token)
	t, err := d.o.Local.Token(ctx, hash)
	if err != nil {
		return err
	}
	if t == nil {
		return &Error{Reason: SignedOut, Code: "signed_out", Message: "you are not signed in; sign in again"}
	}
	who, err := d.who(ctx, t)
	if err != nil {
		return err
	}
	if _, _, err := d.unseal(ctx, who.Login, password); err != nil {
		return err
	}
	t.Locked, t.SeenMS = false, d.o.NowMS()
	return d.o.Local.PutToken(ctx, *t)
}

// ChangePassword gives a person a new password; the old one proves that it is
// them. Only head office can.
func (d *Desk) ChangePassword(ctx context.Context, login, old, password string) error {
	if d.o.ChangePassword == nil {
		return denied("password_at_head_office", "passwords are changed at head office's pages")
	}
	if _, _, err := d.unseal(ctx, login, old); err != nil {
		return err
	}
	if err := trust.CheckPassword(password); err != nil {
		return &Error{Reason: Invalid, Code: "weak_password", Field: "password", Message: "a password has 8 to 200 bytes; choose a longer one"}
	}
	return d.o.ChangePassword(ctx, login, old, password)
}

// Lock locks a sign-in at once, as idleness would.
func (d *Desk) Lock(ctx context.Context, token string) error {
	t, err := d.o.Local.Token(ctx, trust.HashToken(token))
	if err != nil || t == nil {
		return err
	}
	t.Locked = true
	return d.o.Local.PutToken(ctx, *t)
}

// SignOut ends a sign-in. Whom they saw goes into the journal; what hinders that
// does not keep anybody signed in, and it is made up for later.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	hash := trust.HashToken(token)
	if t, err := d.o.Local.Token(ctx, hash); err == nil && t != nil {
		_ = d.tellSession(ctx, t.Session)
	}
	d.mu.Lock()
	delete(d.seen, hash)
	d.mu.Unlock()
	return d.o.Local.DropToken(ctx, hash)
}

// People lists who may sign in here, by name.
func (d *Desk) People(ctx context.Context) (out []PersonLine, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT person.id, login, name, role, person.branch
			FROM person JOIN credential ON credential.person=person.id
			WHERE ended IS NULL AND (?1=0 OR person.branch=?1)
			ORDER BY name`, func(s *rows.Stmt) error {
			out = append(out, scanPerson(s))
			return nil
		}, d.o.Branch)
	})
	return out, err
}

// Branches lists the branches of the bank by number.
func (d *Desk) Branches(ctx context.Context) (out []BranchLine, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT number, name FROM branch ORDER BY number`, func(s *rows.Stmt) error {
			out = append(out, BranchLine{s.ColumnInt64(0), s.ColumnText(1)})
			return nil
		})
	})
	return out, err
}

// oneOf checks a coded field against its words.
func oneOf(field, value string, words []string) error {
	if !slices.Contains(words, value) {
		return invalid(field, "bad_word", "%q is not one of %v", clip(value), words)
	}
	return nil
}

func clip(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

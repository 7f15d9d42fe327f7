package office

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/trust"
)

// Errors of acts on people who are there already.
var (
	ErrNobody = errors.New("office: there is no such person")
	ErrSelf   = errors.New("office: nobody takes their own access away")
	ErrLast   = errors.New("office: somebody must be left who may change people")
)

// PersonChange is what a person becomes.
type PersonChange struct {
	Name   string
	Role   string
	Branch int64 // 0: head office
}

// ChangePerson gives a person another name, role or branch. Their sealed key
// goes to the new branch; what they wrote at the old one and did not send yet is
// held, as every change of somebody who belongs elsewhere.
func (f *Office) ChangePerson(ctx context.Context, who rows.Actor, id crdt.ID, to PersonChange) error {
	if err := f.fits(ctx, to.Role, to.Branch); err != nil {
		return err
	}
	if to.Name == "" || len(to.Name) > maxNameBytes {
		return ErrName
	}
	return f.onPerson(ctx, who, id, func(a *rows.Act, p *rows.Stored) error {
		if p.Get(crm.PersonRole).S != to.Role {
			if err := mayLeave(a.Tx, who, p, to.Role); err != nil {
				return err
			}
		}
		set := changed(p, crm.PersonName, crdt.TextValue(to.Name))
		set = append(set, changed(p, crm.PersonRole, crdt.TextValue(to.Role))...)
		branch := changed(p, crm.PersonBranch, optional(to.Branch))
		if set = append(set, branch...); len(set) == 0 {
			return nil
		}
		a.Add(crdt.Op{Kind: crm.Person, ID: id, Set: set})
		if len(branch) == 0 {
			return nil
		}
		return a.Tx.Rows(crm.Credential, `person=?1`, func(c *rows.Stored) error {
			a.Add(crdt.Op{Kind: crm.Credential, ID: c.ID, Set: changed(c, crm.CredentialBranch, optional(to.Branch))})
			return nil
		}, int64(id))
	})
}

// LockPerson ends a person's access, or gives it back. Work of theirs that
// arrives later is held, with a reason.
func (f *Office) LockPerson(ctx context.Context, who rows.Actor, id crdt.ID, locked bool) error {
	return f.onPerson(ctx, who, id, func(a *rows.Act, p *rows.Stored) error {
		value := crdt.Value{}
		if locked {
			if err := mayLeave(a.Tx, who, p, ""); err != nil {
				return err
			}
			value = crdt.IntValue(1)
		}
		if set := changed(p, crm.PersonEnded, value); len(set) > 0 {
			a.Add(crdt.Op{Kind: crm.Person, ID: id, Set: set})
		}
		return nil
	})
}

// ResetPassword gives a person a new key under a password for one time, which
// is told once. Sessions that they opened under the old key and that head
// office has not heard of are held.
func (f *Office) ResetPassword(ctx context.Context, who rows.Actor, id crdt.ID) (password string, err error) {
	if password, err = trust.OneTimePassword(f.o.Rand); err != nil {
		return "", err
	}
	key, err := trust.NewPersonKey(f.o.Rand)
	if err != nil {
		return "", err
	}
	sealed, err := key.Seal(int64(id), password, f.o.Cost, f.o.Rand)
	if err != nil {
		return "", err
	}
	cert, err := f.o.Authority.CertifyPerson(int64(id), key.Public(), f.now())
	if err != nil {
		return "", err
	}
	err = f.onPerson(ctx, who, id, func(a *rows.Act, p *rows.Stored) error {
		set := changed(p, crm.PersonKey, crdt.TextValue(word(key.Public())))
		set = append(set, changed(p, crm.PersonCertificate, crdt.TextValue(word(cert.Bytes())))...)
		set = append(set, changed(p, crm.PersonIssued, crdt.IntValue(f.o.NowMS()))...)
		a.Add(crdt.Op{Kind: crm.Person, ID: id, Set: set})
		return a.Tx.Rows(crm.Credential, `person=?1`, func(c *rows.Stored) error {
			a.Add(crdt.Op{Kind: crm.Credential, ID: c.ID, Set: slices.Concat(
				changed(c, crm.CredentialSealed, crdt.TextValue(word(sealed))), changed(c, crm.CredentialOneTime, crdt.IntValue(1)))})
			return nil
		}, int64(id))
	})
	return password, err
}

// fits checks a role and a branch that somebody is to get.
func (f *Office) fits(ctx context.Context, role string, branch int64) error {
	if !slices.Contains(crm.Roles, role) {
		return fmt.Errorf("%w, not %q", ErrRole, role)
	}
	if branch == 0 {
		return nil
	}
	if n, err := f.count(ctx, `SELECT count(*) FROM branch WHERE number=?1`, branch); err != nil || n == 0 {
		return firstOf(err, fmt.Errorf("%w: %d", ErrBranch, branch))
	}
	return nil
}

func (f *Office) onPerson(ctx context.Context, who rows.Actor, id crdt.ID, fn func(*rows.Act, *rows.Stored) error) error {
	_, err := f.Central.Act(ctx, who, func(a *rows.Act) error {
		p, err := a.Tx.Get(crm.Person, id)
		if err != nil {
			return err
		}
		if p == nil {
			return ErrNobody
		}
		return fn(a, p)
	})
	return err
}

// mayLeave checks that a person may lose the role they have: nobody locks
// themselves out, and somebody stays who may let others in.
func mayLeave(tx *rows.Tx, who rows.Actor, p *rows.Stored, role string) error {
	const keepers = `SELECT count(*) FROM access_right WHERE role=?1 AND act=?2 AND allowed=1`
	if may, _, err := tx.Int(keepers, p.Get(crm.PersonRole).S, string(crm.ActPeople)); err != nil || may == 0 {
		return err
	}
	if may, _, err := tx.Int(keepers, role, string(crm.ActPeople)); err != nil || may > 0 {
		return err
	}
	if who.Person == p.ID {
		return ErrSelf
	}
	left, _, err := tx.Int(`SELECT count(*) FROM person WHERE id<>?1 AND ended IS NULL AND role IN (SELECT role FROM access_right WHERE act=?2 AND allowed=1)`,
		int64(p.ID), string(crm.ActPeople))
	if err == nil && left == 0 {
		err = ErrLast
	}
	return err
}

// changed writes a field where it holds something else.
func changed(row *rows.Stored, field uint8, v crdt.Value) []crdt.FieldSet {
	if row.Get(field) == v {
		return nil
	}
	set := crdt.FieldSet{Field: field, Value: v}
	if s := row.Clocks.Of(field).Stamp; !s.IsZero() {
		set.Saw = []crdt.Stamp{s}
	}
	return []crdt.FieldSet{set}
}

// Password makes a password for one time that can be read out.
func (f *Office) Password() (string, error) { return trust.OneTimePassword(f.o.Rand) }

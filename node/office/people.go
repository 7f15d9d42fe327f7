package office

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/trust"
)

// NewPerson is somebody to add.
type NewPerson struct {
	Login    string
	Name     string // empty: the login
	Role     string
	Branch   int64 // 0: head office
	Password string
	OneTime  bool // the password must be changed at the first sign-in
}

func word(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// AddPerson makes a person with their key, certified and sealed under the password.
func (f *Office) AddPerson(ctx context.Context, who rows.Actor, p NewPerson) (crdt.ID, error) {
	if err := f.checkPerson(ctx, &p); err != nil {
		return 0, err
	}
	key, err := trust.NewPersonKey(f.o.Rand)
	if err != nil {
		return 0, err
	}
	var id crdt.ID
	_, err = f.Central.Act(ctx, who, func(a *rows.Act) error {
		if id, err = a.Mint(); err != nil {
			return err
		}
		cert, err := f.o.Authority.CertifyPerson(int64(id), key.Public(), f.now())
		if err != nil {
			return err
		}
		a.Add(crdt.Op{Kind: crm.Person, ID: id, Set: present(
			crdt.FieldSet{Field: crm.PersonLogin, Value: crdt.TextValue(p.Login)},
			crdt.FieldSet{Field: crm.PersonName, Value: crdt.TextValue(p.Name)},
			crdt.FieldSet{Field: crm.PersonRole, Value: crdt.TextValue(p.Role)},
			crdt.FieldSet{Field: crm.PersonBranch, Value: optional(p.Branch)},
			crdt.FieldSet{Field: crm.PersonKey, Value: crdt.TextValue(word(key.Public()))},
			crdt.FieldSet{Field: crm.PersonCertificate, Value: crdt.TextValue(word(cert.Bytes()))},
			crdt.FieldSet{Field: crm.PersonIssued, Value: crdt.IntValue(f.o.NowMS())},
		)})
		credential, err := a.Mint()
		if err != nil {
			return err
		}
		sealed, err := key.Seal(int64(id), p.Password, f.o.Cost, f.o.Rand)
		if err != nil {
			return err
		}
		a.Add(credentialOp(credential, id, &p, sealed))
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("office: add %s: %w", p.Login, err)
	}
	return id, nil
}

func credentialOp(id, person crdt.ID, p *NewPerson, sealed []byte) crdt.Op {
	oneTime := int64(0)
	if p.OneTime {
		oneTime = 1
	}
	return crdt.Op{Kind: crm.Credential, ID: id, Set: present(
		crdt.FieldSet{Field: crm.CredentialPerson, Value: crdt.RefValue(person)},
		crdt.FieldSet{Field: crm.CredentialBranch, Value: optional(p.Branch)},
		crdt.FieldSet{Field: crm.CredentialSealed, Value: crdt.TextValue(word(sealed))},
		crdt.FieldSet{Field: crm.CredentialOneTime, Value: optional(oneTime)},
	)}
}

func optional(n int64) crdt.Value {
	if n == 0 {
		return crdt.Value{}
	}
	return crdt.IntValue(n)
}

func present(fields ...crdt.FieldSet) []crdt.FieldSet {
	return slices.DeleteFunc(fields, func(f crdt.FieldSet) bool { return f.Value.IsNull() })
}

func (f *Office) checkPerson(ctx context.Context, p *NewPerson) error {
	p.Login, p.Name = strings.TrimSpace(p.Login), strings.TrimSpace(p.Name)
	if p.Name == "" {
		p.Name = p.Login
	}
	if p.Login == "" || len(p.Login) > maxNameBytes || len(p.Name) > maxNameBytes {
		return ErrName
	}
	if err := trust.CheckPassword(p.Password); err != nil {
		return err
	}
	if n, err := f.count(ctx, `SELECT count(*) FROM person WHERE login=?1`, p.Login); err != nil || n > 0 {
		return firstOf(err, fmt.Errorf("%w: %s", ErrLogin, p.Login))
	}
	return f.fits(ctx, p.Role, p.Branch)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// FirstAdministrator makes the first administrator of a new bank, with a
// password for one time; empty when somebody can sign in already.
func (f *Office) FirstAdministrator(ctx context.Context) (login, password string, err error) {
	empty, err := f.Empty(ctx)
	if err != nil || !empty {
		return "", "", err
	}
	if password, err = trust.OneTimePassword(f.o.Rand); err != nil {
		return "", "", err
	}
	login = "admin"
	_, err = f.AddPerson(ctx, rows.Actor{}, NewPerson{Login: login, Name: "Administrator", Role: "admin", Password: password, OneTime: true})
	return login, password, err
}

// ChangePassword seals a person's key under a new password; the old one proves
// that it is them.
func (f *Office) ChangePassword(ctx context.Context, login, old, password string) error {
	var person, credential crdt.ID
	var sealed string
	err := f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT person.id, credential.id, sealed FROM person JOIN credential ON credential.person=person.id
			WHERE login=?1 AND ended IS NULL`, func(s *rows.Stmt) error {
			person, credential, sealed = crdt.ID(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1)), s.ColumnText(2)
			return nil
		}, login)
	})
	if err != nil {
		return err
	}
	if person == 0 {
		return fmt.Errorf("%w: %s", ErrPerson, login)
	}
	if err := trust.CheckPassword(password); err != nil {
		return err
	}
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return err
	}
	key, err := trust.OpenPersonKey(b, int64(person), old)
	if err != nil {
		return err
	}
	if b, err = key.Seal(int64(person), password, f.o.Cost, f.o.Rand); err != nil {
		return err
	}
	_, err = f.Central.Act(ctx, rows.Actor{Person: person}, func(a *rows.Act) error {
		a.Add(crdt.Op{Kind: crm.Credential, ID: credential, Set: []crdt.FieldSet{
			{Field: crm.CredentialSealed, Value: crdt.TextValue(word(b))},
			{Field: crm.CredentialOneTime},
		}})
		return nil
	})
	return err
}

// PersonID finds a person by the name they sign in with.
func (f *Office) PersonID(ctx context.Context, login string) (crdt.ID, error) {
	n, err := f.count(ctx, `SELECT coalesce((SELECT id FROM person WHERE login=?1), 0)`, login)
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: %s", ErrPerson, login)
	}
	return crdt.ID(n), err
}

package staff

import (
	"context"
	"errors"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
)

// ListLimit is how many people a list shows: more are found by typing.
const ListLimit = 200

// Staff is the people of the bank.
type Staff struct {
	desk   *desk.Desk
	office *office.Office
}

// New makes the staff of a bank.
func New(d *desk.Desk, o *office.Office) *Staff { return &Staff{d, o} }

// Person is somebody who works at the bank.
type Person struct {
	desk.PersonLine
	BranchName string
	Locked     bool
	OneTime    bool  // the password must be changed at the next sign-in
	LastMS     int64 // signed in last, as head office knows; 0: never
	By         desk.Author
}

// Query is what a list is asked for.
type Query struct {
	Text   string // in the name or the name to sign in with
	Role   string
	Branch int64 // -1: any; 0: head office
	Locked bool  // only those
}

func (q *Query) takes(p *Person) bool {
	text := strings.ToLower(strings.TrimSpace(q.Text))
	return (text == "" || strings.Contains(strings.ToLower(p.Name), text) || strings.Contains(strings.ToLower(p.Login), text)) &&
		(q.Role == "" || q.Role == p.Role) && (q.Branch < 0 || q.Branch == p.Branch) && (!q.Locked || p.Locked)
}

// List finds people by name; more tells that there are others.
func (s *Staff) List(ctx context.Context, who *desk.Who, q Query) (out []Person, more bool, err error) {
	err = s.desk.Look(ctx, who, crm.ActPeople, func(r *desk.Reader) error {
		return r.Rows(crm.Person, `login IS NOT NULL ORDER BY name, id`, func(row *rows.Stored) error {
			p := personOf(row)
			if more || !q.takes(&p) {
				return nil
			}
			if len(out) == ListLimit {
				more = true
				return nil
			}
			err := complete(r, row, &p)
			out = append(out, p)
			return err
		})
	})
	return out, more, err
}

// Person is one of them.
func (s *Staff) Person(ctx context.Context, who *desk.Who, id crdt.ID) (p *Person, err error) {
	err = s.desk.Look(ctx, who, crm.ActPeople, func(r *desk.Reader) error {
		row, err := r.Get(crm.Person, id)
		if err != nil {
			return err
		}
		if row == nil {
			return forPeople(office.ErrNobody)
		}
		one := personOf(row)
		p = &one
		return complete(r, row, p)
	})
	return p, err
}

func personOf(row *rows.Stored) Person {
	return Person{PersonLine: desk.PersonLine{ID: row.ID, Login: row.Get(crm.PersonLogin).S, Name: row.Get(crm.PersonName).S,
		Role: row.Get(crm.PersonRole).S, Branch: row.Get(crm.PersonBranch).I}, Locked: !row.Get(crm.PersonEnded).IsNull()}
}

// complete reads what stands beside the row of a person.
func complete(r *desk.Reader, row *rows.Stored, p *Person) (err error) {
	if p.BranchName, err = r.BranchName(p.Branch); err != nil {
		return err
	}
	if p.By, err = r.Author(row); err != nil {
		return err
	}
	if p.LastMS, _, err = r.Int(`SELECT coalesce(max(since), 0) FROM session WHERE person=?1`, int64(p.ID)); err != nil {
		return err
	}
	oneTime, _, err := r.Int(`SELECT one_time FROM credential WHERE person=?1`, int64(p.ID))
	p.OneTime = oneTime == 1
	return err
}

func actor(who *desk.Who) rows.Actor { return rows.Actor{Session: who.Session, Person: who.Person} }

// Add takes somebody on. Their password, for one time, is told here and never
// again.
func (s *Staff) Add(ctx context.Context, who *desk.Who, p desk.PersonLine) (id crdt.ID, password string, err error) {
	if err := s.desk.Allow(who, crm.ActPeople); err != nil {
		return 0, "", err
	}
	if password, err = s.office.Password(); err != nil {
		return 0, "", err
	}
	id, err = s.office.AddPerson(ctx, actor(who), office.NewPerson{Login: p.Login, Name: p.Name, Role: p.Role, Branch: p.Branch, Password: password, OneTime: true})
	return id, password, forPeople(err)
}

// Change gives somebody another name, role or branch.
func (s *Staff) Change(ctx context.Context, who *desk.Who, id crdt.ID, to office.PersonChange) error {
	if err := s.desk.Allow(who, crm.ActPeople); err != nil {
		return err
	}
	to.Name = strings.TrimSpace(to.Name)
	return forPeople(s.office.ChangePerson(ctx, actor(who), id, to))
}

// Lock takes somebody's access away, or gives it back.
func (s *Staff) Lock(ctx context.Context, who *desk.Who, id crdt.ID, locked bool) error {
	if err := s.desk.Allow(who, crm.ActPeople); err != nil {
		return err
	}
	return forPeople(s.office.LockPerson(ctx, actor(who), id, locked))
}

// Reset gives somebody a password for one time, told here and never again.
func (s *Staff) Reset(ctx context.Context, who *desk.Who, id crdt.ID) (password string, err error) {
	if err := s.desk.Allow(who, crm.ActPeople); err != nil {
		return "", err
	}
	password, err = s.office.ResetPassword(ctx, actor(who), id)
	return password, forPeople(err)
}

// forPeople gives an error the code of its sentence.
func forPeople(err error) error {
	switch {
	case errors.Is(err, office.ErrNobody):
		return desk.Missing("person", "nobody of the bank is known under this name")
	case errors.Is(err, office.ErrRole):
		return desk.Mistyped("role", "person_role", "choose a role")
	case errors.Is(err, office.ErrBranch):
		return desk.Mistyped("branch", "person_branch", "there is no such branch")
	case errors.Is(err, office.ErrLogin):
		return desk.Mistyped("login", "person_login", "this name to sign in with is taken")
	case errors.Is(err, office.ErrName):
		return desk.Mistyped("name", "person_name", "a name has 1 to 200 bytes")
	case errors.Is(err, office.ErrSelf):
		return desk.Mistyped("", "person_self", "nobody takes their own access away; ask another administrator")
	case errors.Is(err, office.ErrLast):
		return desk.Mistyped("", "person_last", "somebody must be left who may change people")
	}
	return err
}

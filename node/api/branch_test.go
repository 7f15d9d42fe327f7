package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
	"bough/sync/trust"
)

const password = "correct horse"

// branch is a node of branch 1 with its people, on a real file, behind the API.
type branch struct {
	*house
	store *store.Store
	clock atomic.Int64 // ms UTC
}

// openBranch starts it: ann is a teller, ben and cho are managers, eve may do
// nothing.
func openBranch(t *testing.T) *branch {
	t.Helper()
	b := &branch{}
	b.clock.Store(noon)
	now := func() int64 { return b.clock.Add(1) }
	var err error
	b.store, err = store.Open(context.Background(), store.Options{
		Path: filepath.Join(t.TempDir(), "bough.db"), Schema: crm.Table(), Origin: 42, Branch: 1, Rand: rand.Reader, NowMS: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.store.File.Close() })
	d := desk.New(desk.Options{Local: b.store.Local, Ledger: b.store, Branch: 1, NowMS: now, Rand: rand.Reader, Pending: b.store.Pending})
	b.house = serveAPI(t, Options{
		Desk: d, Now: now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Idempotency: b.store.Local,
		Status: func(context.Context) (Status, error) { return aStatus(), nil },
	})
	b.office(row{crm.BranchKind, []crdt.FieldSet{setWhole(crm.BranchNumber, 1), setText(crm.BranchName, "High Street")}})
	for _, g := range crm.DefaultGrants() {
		b.office(row{crm.Right, []crdt.FieldSet{setText(crm.RightRole, g.Role), setText(crm.RightAct, string(g.Act)), setWhole(crm.RightAllowed, 1)}})
	}
	for login, role := range map[string]string{"ann": "teller", "ben": "manager", "cho": "manager", "eve": "guest"} {
		b.person(login, role)
	}
	return b
}

// row is a row as head office would write it.
type row struct {
	kind uint8
	set  []crdt.FieldSet
}

func setText(field uint8, s string) crdt.FieldSet {
	return crdt.FieldSet{Field: field, Value: crdt.TextValue(s)}
}

func setWhole(field uint8, n int64) crdt.FieldSet {
	return crdt.FieldSet{Field: field, Value: crdt.IntValue(n)}
}

// office writes a row of head office into the branch's file.
func (b *branch) office(r row) crdt.ID {
	b.t.Helper()
	var id crdt.ID
	_, err := b.store.Act(context.Background(), rows.Actor{Session: 1, Person: 1}, func(a *rows.Act) (err error) {
		if id, err = a.Mint(); err == nil {
			a.Add(crdt.Op{Kind: r.kind, ID: id, Set: r.set})
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *branch) person(login, role string) {
	b.t.Helper()
	key, err := trust.NewPersonKey(rand.Reader)
	if err != nil {
		b.t.Fatal(err)
	}
	id := b.office(row{crm.Person, []crdt.FieldSet{
		setText(crm.PersonLogin, login), setText(crm.PersonName, "P. "+login), setText(crm.PersonRole, role), setWhole(crm.PersonBranch, 1),
	}})
	sealed, err := key.Seal(int64(id), password, trust.Cost{Time: 1, MemoryKiB: 8, Threads: 1}, rand.Reader)
	if err != nil {
		b.t.Fatal(err)
	}
	b.office(row{crm.Credential, []crdt.FieldSet{
		setWhole(crm.CredentialPerson, int64(id)), setWhole(crm.CredentialBranch, 1),
		setText(crm.CredentialSealed, base64.RawURLEncoding.EncodeToString(sealed)),
	}})
}

// signIn makes the following requests those of login.
func (b *branch) signIn(login string) sessionView {
	b.t.Helper()
	b.token = ""
	var s sessionView
	b.send(http.MethodPost, "/session", map[string]any{"login": login, "password": password}, http.StatusCreated, &s)
	b.token = s.Token
	return s
}

// send asks below Prefix with a JSON body, nil for none, and reads the answer
// of the expected status into a view.
func (b *branch) send(method, path string, body any, status int, into any) {
	b.t.Helper()
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			b.t.Fatal(err)
		}
	}
	b.read(b.ask(method, Prefix+path, raw), status, into)
}

// page is a customer as the API gives it.
type page struct {
	ID           string
	State        string
	Name         string
	Type         string
	Status       string
	Birth        string
	Home         *int64
	Memo         string
	Phone        string
	Email        string
	Stamps       map[string]string
	Locked       []string
	Reaches      []reachView
	Consents     []consentView
	Interactions []interactionView
	Tasks        []taskView
	Conflicts    []conflictView
}

func (b *branch) customer(id string) (p page) {
	b.t.Helper()
	b.send(http.MethodGet, "/customers/"+id, nil, http.StatusOK, &p)
	return p
}

func (b *branch) newCustomer(fields map[string]any) (p page) {
	b.t.Helper()
	b.send(http.MethodPost, "/customers", fields, http.StatusCreated, &p)
	return p
}

func (b *branch) patch(id string, fields map[string]any) (p page) {
	b.t.Helper()
	b.send(http.MethodPatch, "/customers/"+id, fields, http.StatusOK, &p)
	return p
}

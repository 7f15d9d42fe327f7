package sim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/store"
	"bough/node/store/vault"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
)

// What a template is made of, the same in every run.
const (
	centralOrigin crdt.Origin = 1
	originStep                = 1000 // origins of a branch begin at branch × originStep
	templateSeed              = 20_240_607
	password                  = "saved on this PC"
	adminLogin                = "admin"
	sharedParties             = 2
	ownParties                = 2
	sqliteFiles               = "-wal"
)

// cheap is the cost of signing in here: the password is no secret.
func cheap() trust.Cost { return trust.Cost{Time: 1, MemoryKiB: 64, Threads: 1} }

// Yard keeps the templates that runs are copied from, in one directory.
type Yard struct {
	dir string

	mu     sync.Mutex // guards shapes and runs
	shapes map[shape]*template
	runs   int
}

// shape is what templates differ by.
type shape struct{ branches, nodes int }

// template is a bank on its first morning.
type template struct {
	central     string       // file
	blank       string       // file of a node that knows nothing yet
	before      *crdt.Schema // what the release before knows
	blankBefore string       // a blank file of its making
	authority   *trust.Authority
	stranger    *trust.Authority // of another bank
	seats       []seat
	people      []person
}

// seat is a workstation that joined.
type seat struct {
	name     string
	origin   crdt.Origin
	branch   int64
	identity *trust.Identity
	proof    []byte // its certificate, DER
}

// person is somebody who signs in.
type person struct {
	login  string
	branch int64
}

// fastDirs are where memory serves as a disk, where there is such a thing.
func fastDirs() []string { return []string{"/dev/shm"} }

// NewYard makes a yard in a fresh directory, in memory if that can be. Close
// removes it.
func NewYard() (*Yard, error) {
	for _, dir := range append(fastDirs(), "") {
		at, err := os.MkdirTemp(dir, "bough-sim-")
		if err == nil {
			return &Yard{dir: at, shapes: map[shape]*template{}}, nil
		}
		if dir == "" {
			return nil, fmt.Errorf("sim: make a directory: %w", err)
		}
	}
	return nil, errors.New("sim: no directory")
}

// Close removes everything.
func (y *Yard) Close() error { return os.RemoveAll(y.dir) }

// room makes the directory of a run.
func (y *Yard) room() (string, error) {
	y.mu.Lock()
	y.runs++
	dir := filepath.Join(y.dir, fmt.Sprintf("run%d", y.runs))
	y.mu.Unlock()
	return dir, os.Mkdir(dir, 0o700)
}

func (y *Yard) template(ctx context.Context, s shape) (*template, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if t := y.shapes[s]; t != nil {
		return t, nil
	}
	t := &template{central: filepath.Join(y.dir, fmt.Sprintf("central-%d-%d.db", s.branches, s.nodes)),
		blank:       filepath.Join(y.dir, fmt.Sprintf("node-%d-%d.db", s.branches, s.nodes)),
		blankBefore: filepath.Join(y.dir, fmt.Sprintf("before-%d-%d.db", s.branches, s.nodes))}
	if err := t.make(ctx, s); err != nil {
		return nil, fmt.Errorf("sim: make a template: %w", err)
	}
	y.shapes[s] = t
	return t, nil
}

func (t *template) make(ctx context.Context, s shape) (err error) {
	if t.before, err = before(); err != nil {
		return err
	}
	if err := errors.Join(makeBlank(t.blank, crm.Table()), makeBlank(t.blankBefore, t.before)); err != nil {
		return err
	}
	d := newDice(templateSeed, streamSecrets)
	if t.authority, err = trust.NewAuthority("sim", time.UnixMilli(epochMS), d); err != nil {
		return err
	}
	if t.stranger, err = trust.NewAuthority("stranger", time.UnixMilli(epochMS), d); err != nil {
		return err
	}
	o, err := office.Open(ctx, office.Options{Path: t.central, Authority: t.authority, Origin: centralOrigin, Rand: d,
		NowMS: func() int64 { return epochMS }, Cost: cheap(), NoSync: true, Alone: true})
	if err != nil {
		return err
	}
	return errors.Join(t.furnish(ctx, o, s, d), o.Close())
}

// makeBlank makes the file of a node that knows nothing yet.
func makeBlank(path string, schema *crdt.Schema) error {
	disk, err := vault.Mount("sim:"+path, vault.OneKey(platterKey()), vault.Options{Rand: newDice(templateSeed, streamNonces)})
	if err != nil {
		return err
	}
	blank, err := rows.Open(rows.Options{Path: path, Schema: schema, Migrations: store.LocalTables(), NoSync: true, Disk: disk})
	if err != nil {
		return errors.Join(err, disk.Close())
	}
	return errors.Join(blank.Close(), disk.Close())
}

// furnish founds the branches: people, workstations, customers.
func (t *template) furnish(ctx context.Context, o *office.Office, s shape, d *dice) error {
	_, err := o.AddPerson(ctx, rows.Actor{}, office.NewPerson{Login: adminLogin, Role: "admin", Password: password})
	if err != nil {
		return err
	}
	for b := int64(1); b <= int64(s.branches); b++ {
		if err := o.AddBranch(ctx, rows.Actor{}, b, fmt.Sprintf("branch %d", b)); err != nil {
			return err
		}
		for _, role := range []string{"teller", "banker", "manager"} {
			login := fmt.Sprintf("%s%d", role, b)
			if _, err := o.AddPerson(ctx, rows.Actor{}, office.NewPerson{Login: login, Role: role, Branch: b, Password: password}); err != nil {
				return err
			}
			t.people = append(t.people, person{login, b})
		}
		for i := range s.nodes {
			if err := t.join(ctx, o, b, i, d); err != nil {
				return err
			}
		}
	}
	_, err = o.Central.Act(ctx, rows.Actor{}, func(a *rows.Act) error { return plantParties(a, s.branches) })
	return err
}

func (t *template) join(ctx context.Context, o *office.Office, branch int64, i int, d *dice) error {
	at := seat{name: fmt.Sprintf("n%d%c", branch, 'a'+i), origin: crdt.Origin(branch*originStep + int64(i) + 1), branch: branch}
	err := at.join(ctx, o, t.authority, epochMS, d)
	t.seats = append(t.seats, at)
	return err
}

// join gives a seat keys, and makes it known at central.
func (at *seat) join(ctx context.Context, o *office.Office, authority *trust.Authority, nowMS int64, secret *dice) (err error) {
	if at.identity, err = trust.NewIdentity(secret); err != nil {
		return err
	}
	n := central.Node{Origin: at.origin, Branch: at.branch, Name: at.name, Key: at.identity.Public(), Joined: nowMS}
	if at.proof, err = at.certificate(authority, &n, nowMS, secret); err != nil {
		return err
	}
	return o.Central.Join(ctx, n, func(a *rows.Act) error { return office.NodeRow(a, n) })
}

// certificate is what central gives a seat that it knows as n, DER.
func (at *seat) certificate(authority *trust.Authority, n *central.Node, nowMS int64, secret *dice) ([]byte, error) {
	request, err := at.identity.Request()
	if err != nil {
		return nil, err
	}
	c, err := authority.IssueNode(trust.Node{Origin: uint32(n.Origin), Branch: n.Branch}, request, time.UnixMilli(nowMS), secret, n.Formers()...)
	if err != nil {
		return nil, err
	}
	return c.Raw, nil
}

// plantParties makes the first customers: some of one branch, some with an
// account at every branch, a prospect each.
func plantParties(a *rows.Act, branches int) error {
	for i := range sharedParties {
		id, err := plantParty(a, fmt.Sprintf("shared %d", i), 1, true)
		if err != nil {
			return err
		}
		for b := 1; b <= branches; b++ {
			if err := openHolding(a, id, int64(b)); err != nil {
				return err
			}
		}
	}
	for b := 1; b <= branches; b++ {
		for i := range ownParties {
			id, err := plantParty(a, fmt.Sprintf("own %d of %d", i, b), int64(b), true)
			if err != nil {
				return err
			}
			if err := openHolding(a, id, int64(b)); err != nil {
				return err
			}
		}
		if _, err := plantParty(a, fmt.Sprintf("prospect of %d", b), int64(b), false); err != nil {
			return err
		}
	}
	return nil
}

func plantParty(a *rows.Act, name string, home int64, known bool) (crdt.ID, error) {
	id, err := a.Mint()
	if err != nil {
		return 0, err
	}
	op := crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{
		field(crm.PartyType, crdt.TextValue("person")),
		field(crm.PartyName, crdt.TextValue(name)),
		field(crm.PartyHome, crdt.IntValue(home)),
	}}
	status := "prospect"
	if known {
		op.Set = append(op.Set, field(crm.PartyKey, crdt.TextValue("key of "+name)))
		status = "customer"
	}
	op.Set = append(op.Set, field(crm.PartyStatus, crdt.TextValue(status)), field(crm.PartyMemo, crdt.TextValue("memo of "+name)))
	a.Add(op)
	reach, err := a.Mint()
	a.Add(crdt.Op{Kind: crm.Reach, ID: reach, Set: []crdt.FieldSet{
		field(crm.ReachParty, crdt.RefValue(id)),
		field(crm.ReachChannel, crdt.TextValue("wechat")),
		field(crm.ReachValue, crdt.TextValue("wechat of "+name)),
		field(crm.ReachLabel, crdt.TextValue("other")),
	}})
	return id, err
}

// openHolding opens an account of a party at a branch, as the core's feed does.
func openHolding(a *rows.Act, party crdt.ID, branch int64) error {
	holding, err := a.Mint()
	if err != nil {
		return err
	}
	role, err := a.Mint()
	if err != nil {
		return err
	}
	a.Add(crdt.Op{Kind: crm.Holding, ID: holding, Set: []crdt.FieldSet{
		field(crm.HoldingKey, crdt.TextValue(holding.String())),
		field(crm.HoldingType, crdt.TextValue("current")),
		field(crm.HoldingBranch, crdt.IntValue(branch)),
		field(crm.HoldingCurrency, crdt.TextValue("EUR")),
		field(crm.HoldingBalanceMinor, crdt.IntValue(100)),
	}})
	a.Add(crdt.Op{Kind: crm.Role, ID: role, Set: []crdt.FieldSet{
		field(crm.RoleKey, crdt.TextValue(role.String())),
		field(crm.RoleParty, crdt.RefValue(party)),
		field(crm.RoleHolding, crdt.RefValue(holding)),
		field(crm.RoleRole, crdt.TextValue("owner")),
	}})
	return nil
}

func field(num uint8, v crdt.Value) crdt.FieldSet { return crdt.FieldSet{Field: num, Value: v} }

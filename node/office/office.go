package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
)

// Limits.
const (
	codeHours    = 24
	maxNameBytes = 200
)

// Options opens head office.
type Options struct {
	Path      string // of the database
	Authority *trust.Authority
	Origin    crdt.Origin // 0: as the file says
	Rand      io.Reader
	NowMS     func() int64
	Cost      trust.Cost // of sealing keys under passwords; zero: trust.DefaultCost
	NoSync    bool       // for simulators
	Alone     bool       // for simulators, of one goroutine
	Disk      rows.Disk  // nil: the platform's, which does not encrypt
	// Halt says why nothing is to be taken from nodes now; nil: it always may.
	Halt func() error
	// Erasures is the path of the ledger of erasures; empty: none is kept.
	Erasures string
	// MoveAtOnce is how many customers a chunk of an order to move takes at most;
	// 0: 100. Simulators have few customers.
	MoveAtOnce int
	// Veto, for simulators, refuses changes that the judge would take.
	Veto func(*central.Node, uint64) *central.Refusal
}

// Office is head office at work on central's database.
type Office struct {
	Central *central.Central
	Local   *store.Local
	o       Options
}

// Errors of acts.
var (
	ErrRole   = errors.New("office: the role is one of teller, banker, manager, admin, auditor")
	ErrBranch = errors.New("office: there is no such branch; import the core-banking feed first, or add the branch")
	ErrLogin  = errors.New("office: this name to sign in with is taken")
	ErrName   = errors.New("office: a name has 1 to 200 bytes")
	ErrPerson = errors.New("office: nobody signs in under this name")
)

// Open opens or makes central's database; a new one gets the default rights.
func Open(ctx context.Context, o Options) (*Office, error) {
	if o.Cost == (trust.Cost{}) {
		o.Cost = trust.DefaultCost()
	}
	dir := &register{}
	o.MoveAtOnce = cmp.Or(o.MoveAtOnce, moveAtOnce)
	c, err := central.Open(ctx, central.Options{Path: o.Path, Schema: crm.Table(), Migrations: store.LocalTables(), Origin: o.Origin,
		Rand: o.Rand, NowMS: o.NowMS, Judge: &judge{root: o.Authority.Root(), veto: o.Veto}, Complete: takeOver, Belongs: crm.Belongs, Revives: revives, Untold: untold, Revived: revived, Derive: dir.derive, ServedMonths: servedMonths, Forms: store.Forms{Schema: crm.Table()}, NodeRow: NodeRow, NoSync: o.NoSync, Alone: o.Alone, Disk: o.Disk, Halt: o.Halt})
	if err != nil {
		return nil, err
	}
	f := &Office{Central: c, Local: store.NewLocal(c.File), o: o}
	c.SetTouch(f.touched)
	c.SetRecalled(f.eraseBack)
	if err := cmp.Or(f.furnish(ctx), f.keepDirectory(ctx, dir), f.replay(ctx), c.Retry(ctx)); err != nil {
		return nil, errors.Join(fmt.Errorf("office: %w", err), c.Close())
	}
	return f, nil
}

// Close closes the database.
func (f *Office) Close() error { return f.Central.Close() }

// furnish gives a new bank the default role × act table, and one that was
// founded under an older release the lines of acts and roles that came since.
func (f *Office) furnish(ctx context.Context) error {
	var missing []crm.Grant
	for _, g := range crm.DefaultGrants() {
		n, err := f.count(ctx, `SELECT min((SELECT count(*) FROM access_right WHERE act=?1), (SELECT count(*) FROM access_right WHERE role=?2))`, string(g.Act), g.Role)
		if err != nil {
			return err
		}
		if n == 0 {
			missing = append(missing, g)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err := f.Central.Act(ctx, rows.Actor{}, func(a *rows.Act) error {
		for _, g := range missing {
			id, err := a.Mint()
			if err != nil {
				return err
			}
			a.Add(crdt.Op{Kind: crm.Right, ID: id, Set: []crdt.FieldSet{
				{Field: crm.RightRole, Value: crdt.TextValue(g.Role)},
				{Field: crm.RightAct, Value: crdt.TextValue(string(g.Act))},
				{Field: crm.RightAllowed, Value: crdt.IntValue(1)},
			}})
		}
		return nil
	})
	return err
}

func (f *Office) count(ctx context.Context, sql string, args ...any) (n int64, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		n, _, err = tx.Int(sql, args...)
		return err
	})
	return n, err
}

func (f *Office) now() time.Time { return time.UnixMilli(f.o.NowMS()) }

// Empty reports whether nobody can sign in yet.
func (f *Office) Empty(ctx context.Context) (bool, error) {
	n, err := f.count(ctx, `SELECT count(*) FROM person`)
	return n == 0, err
}

// AddBranch adds a branch, or gives one that exists its name.
func (f *Office) AddBranch(ctx context.Context, who rows.Actor, number int64, name string, more ...crdt.FieldSet) error {
	if number <= 0 {
		return fmt.Errorf("office: a branch has a number of 1 and up, not %d", number)
	}
	_, err := f.Central.Act(ctx, who, func(a *rows.Act) error {
		id, err := foundOrMinted(a, `SELECT id FROM branch WHERE number=?1`, number)
		if err != nil {
			return err
		}
		a.Add(crdt.Op{Kind: crm.BranchKind, ID: id, Set: append([]crdt.FieldSet{
			{Field: crm.BranchNumber, Value: crdt.IntValue(number)},
			{Field: crm.BranchName, Value: crdt.TextValue(name)},
		}, more...)})
		return nil
	})
	return err
}

// NewCode makes a one-time enrolment code for a branch, good for 24 hours.
func (f *Office) NewCode(ctx context.Context, branch int64) (word string, err error) {
	if n, err := f.count(ctx, `SELECT count(*) FROM branch WHERE number=?1`, branch); err != nil || n == 0 {
		return "", errors.Join(err, fmt.Errorf("%w: %d", ErrBranch, branch))
	}
	code, err := trust.NewCode(f.o.Authority.Root(), f.o.Rand)
	if err != nil {
		return "", err
	}
	hash := code.Hash()
	return code.Word(), f.Central.PutCode(ctx, hash[:], branch, f.o.NowMS()+codeHours*60*60*1000)
}

// NodeRow is what joining writes of a node.
func NodeRow(a *rows.Act, n central.Node) error {
	id, err := a.Mint()
	if err != nil {
		return err
	}
	a.Add(crdt.Op{Kind: crm.Node, ID: id, Set: []crdt.FieldSet{
		{Field: crm.NodeOrigin, Value: crdt.IntValue(int64(n.Origin))},
		{Field: crm.NodeBranch, Value: crdt.IntValue(n.Branch)},
		{Field: crm.NodeName, Value: crdt.TextValue(n.Name)},
		{Field: crm.NodeKey, Value: crdt.TextValue(word(n.Key))},
		{Field: crm.NodeJoined, Value: crdt.IntValue(n.Joined)},
	}})
	return nil
}

package central

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"sync"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Limits.
const (
	MaxAheadMS = 5 * 60 * 1000 // a stamp further ahead than this is refused
)

// OfficeScope is the scope that every node holds.
const OfficeScope int64 = 0

// Node is a workstation that joined.
type Node struct {
	Origin   crdt.Origin
	Branch   int64
	Name     string
	Key      []byte // Ed25519 public key
	Joined   int64  // ms UTC
	Revoked  bool
	Seq      uint64
	Hash     journal.Hash
	SeenMS   int64
	Unsent   int64
	OldestMS int64
	Aside    int64 // rows of its feeds that it said it could not read
	Feed     int64
	Version  string
	Clock    string        // how the clock of its machine stands, as it said, a word; empty: it never said
	AheadMS  int64         // that clock less the time
	Renews   crdt.Origin   // the origin its file had before; 0: none
	Reason   string        // why it has another one now, a word
	Was      []crdt.Origin // all it had before, newest first
}

// Refusal is why a change was not taken: a stable code and words for people.
type Refusal struct {
	Code, Message string
	// Hold: what was written may be right, so it is held until somebody decides.
	Hold bool
	// Missing is a row that the change rests on and that is not there; zero: none.
	// Where a held change makes that row, both are decided together.
	Missing RowID
	// Comes are rows that have to be held by the author's branch first.
	Comes []RowID

	rests []crdt.ID        // held changes that it waits for
	forms []journal.Former // what it rests on and that came in no form
	// stranded is the link of a change that follows nothing here; nil: it does.
	stranded *journal.Hash
}

// Judge decides whether a node's change may be taken. It knows what sync does
// not: sessions, roles, fields.
type Judge interface {
	// Judge returns the person behind the change, or why it is refused. Rows
	// are as merged so far.
	Judge(b *Batch, n *Node, c *journal.Change) (by crdt.ID, refused *Refusal, err error)
	// Content judges a held change but for who wrote it: as is the person who
	// answers for it, 0 its author. It returns that person.
	Content(b *Batch, n *Node, c *journal.Change, as crdt.ID) (by crdt.ID, refused *Refusal, err error)
	// Refused makes the row that tells of a refusal, or of a change that is held.
	Refused(id crdt.ID, n *Node, c *journal.Change, r *Refusal, nowMS int64) crdt.Op
	// Decided writes into that row what became of it.
	Decided(id crdt.ID, o Outcome, nowMS int64) crdt.Op
}

// Options opens central.
type Options struct {
	Path       string
	Schema     *crdt.Schema
	Migrations []string // of what shares the file
	Origin     crdt.Origin
	Rand       io.Reader
	NowMS      func() int64 // ms UTC
	Judge      Judge
	// Complete, if not nil, may add to an op of head office what follows from it,
	// before it is chained.
	Complete func(b *Batch, op *crdt.Op) error
	Forms    Forms // nil: no change is ever written again
	// Belongs tells whether a row of a kind, with these values, goes with rows
	// that are gone; nil: none does.
	Belongs func(k *crdt.Kind, get func(field uint8) crdt.Value, gone func(kind uint8, id crdt.ID) bool) bool
	// ServedMonths tells for how many months a root row is held where it was
	// served; nil: 13.
	ServedMonths func(tx *rows.Tx) (int64, error)
	// Derive writes, in the transaction, the rows that follow from those that it
	// wrote, as central's own; nil: none do. What it writes derives nothing more.
	Derive func(b *Batch, wrote []Wrote) error
	// Revives reports, in the transaction, whether a row is taken back that central
	// wrote before it was restored. nil: each is.
	Revives func(tx *rows.Tx, row *crdt.Row) (bool, error)
	// Untold reports whether what central wrote into a field of a row, at a stamp,
	// waits for another row that tells of it; nil: nothing does.
	Untold func(b *Batch, row *crdt.Row, field uint8, at crdt.Stamp) (bool, error)
	// Revived follows a row that was taken back with what it tells of others.
	Revived func(b *Batch, row *crdt.Row) error
	// Recalled runs after rows were taken back; nil: nothing does.
	Recalled func(context.Context) error
	// Touch is told, in the transaction, of each row that was stored.
	Touch  func(tx *rows.Tx, row *rows.Stored) error
	NoSync bool      // for simulators
	Alone  bool      // for simulators, of one goroutine
	Disk   rows.Disk // nil: the platform's, which does not encrypt
	// NodeRow writes the row of a node that joins, so that every node knows it; nil:
	// none joins, or goes on under another number, by itself.
	NodeRow func(act *rows.Act, n Node) error
	// Halt says why nothing is to be taken from nodes now; nil: it always may.
	Halt func() error
}

// Central is the database of head office, open.
type Central struct {
	File  *rows.File
	o     Options
	codec *wire.Codec
	roots map[uint8]bool // kinds that other rows hang on
	// seconds are the root kinds that are the second root of a joining kind:
	// held wherever the first is. decides are the fields that scopes follow.
	seconds map[uint8]bool
	decides map[uint8][]uint8

	mu      sync.Mutex
	author  *rows.Author
	number  int64                  // last feed number given
	voids   bool                   // a feed holds a void entry
	holds   bool                   // a change is held, or was
	renames bool                   // some changes were passed over that later ones may name
	forms   bool                   // some changes were taken in another form than their first, or came stranded
	strands map[journal.Hash]int64 // since when ranges came that follow nothing here, ms UTC, by their heads
	erased  erased
	epoch   uint64
	toldMS  int64 // the latest time that central told anybody, ms UTC
	led     led

	news
	together together
	reached  reached
	readers  readers
	unsaid   unsaid
	recalls  recalls
}

const (
	factNumber = "feed number"
	factEpoch  = "feed epoch"
)

// Open opens or makes central's file.
func Open(ctx context.Context, o Options) (*Central, error) {
	file, err := rows.Open(rows.Options{Path: o.Path, Schema: o.Schema, Migrations: tables, Oldest: oldestReader, Shared: o.Migrations, NoSync: o.NoSync, Alone: o.Alone, Disk: o.Disk})
	if err != nil {
		return nil, fmt.Errorf("central: %w", err)
	}
	c := &Central{File: file, o: o, roots: rootKinds(file.Held()), seconds: secondKinds(file.Held()), decides: decides(file.Held()),
		strands: map[journal.Hash]int64{},
		news:    news{wait: make(chan struct{}), waiting: map[int64]map[chan struct{}]bool{}}, together: together{turn: make(chan struct{}, 1)}}
	if c.codec, err = wire.NewCodec(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	err = file.Write(ctx, func(tx *rows.Tx) error {
		if c.author, err = file.LoadAuthor(tx, o.Origin, o.Rand); err != nil {
			return err
		}
		if c.number, err = tx.FactInt(factNumber); err != nil {
			return err
		}
		if _, c.voids, err = tx.Int(`SELECT 1 FROM void LIMIT 1`); err != nil {
			return err
		}
		if _, c.forms, err = tx.Int(`SELECT 1 FROM former_form UNION ALL SELECT 1 FROM stranded LIMIT 1`); err != nil {
			return err
		}
		if _, c.holds, err = tx.Int(`SELECT 1 FROM held LIMIT 1`); err != nil {
			return err
		}
		if _, c.renames, err = tx.Int(`SELECT 1 FROM renamed_stamp LIMIT 1`); err != nil {
			return err
		}
		if c.erased, err = loadErased(tx); err != nil {
			return err
		}
		if err = c.recalls.load(tx); err != nil {
			return err
		}
		epoch, err := tx.FactInt(factEpoch)
		if err == nil && epoch == 0 {
			epoch = 1
			err = tx.SetFact(factEpoch, epoch)
		}
		c.epoch = uint64(epoch)
		return errors.Join(err, c.loadLed(tx))
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("central: open %s: %w", o.Path, err), file.Close())
	}
	return c, nil
}

// Close closes the file.
func (c *Central) Close() error { return c.File.Close() }

// Origin is who central writes as.
func (c *Central) Origin() crdt.Origin { return c.author.Origin() }

// SetTouch tells fn of each row that is stored. Call it before anything is written.
func (c *Central) SetTouch(fn func(tx *rows.Tx, row *rows.Stored) error) { c.o.Touch = fn }

// SetRecalled has fn follow each time that rows came back, before the workstation
// which kept them is served. Call it before anybody is.
func (c *Central) SetRecalled(fn func(context.Context) error) { c.o.Recalled = fn }

// Act commits one act of head office. What fn adds becomes changes of
// central's own journal, split where there are many ops, and is merged and
// numbered in one transaction. extra, if not nil, runs last in it.
func (c *Central) Act(ctx context.Context, who rows.Actor, fn func(*rows.Act) error) (rows.Receipt, error) {
	return c.act(ctx, who, fn, nil)
}

func (c *Central) act(ctx context.Context, who rows.Actor, fn func(*rows.Act) error, extra func(*Batch) error) (rows.Receipt, error) {
	var receipt rows.Receipt
	err := c.write(ctx, func(b *Batch) error {
		act := rows.NewAct(b.Tx, c.author)
		if err := fn(act); err != nil {
			return err
		}
		if who.Session == 0 && len(act.Ops) > 0 {
			who.Session = act.Ops[0].ID
		}
		for len(act.Ops) > 0 {
			part := *act
			n := min(len(act.Ops), journal.MaxOps)
			part.Ops, act.Ops = act.Ops[:n], act.Ops[n:]
			for i := range part.Ops {
				if b.overwrites(&part.Ops[i], b.gone) {
					return ErrErased
				}
				if err := b.complete(&part.Ops[i]); err != nil {
					return err
				}
			}
			stamp, err := part.Stamp(c.o.NowMS())
			if err != nil {
				return err
			}
			change, err := c.author.Append(b.Tx, stamp, who.Session, part.Ops)
			if err != nil {
				return err
			}
			for i := range part.Ops {
				if err := b.merge(&part.Ops[i], change.Written(who.Person)); err != nil {
					return err
				}
			}
			receipt.Seq, receipt.Stamp, receipt.Ops = change.Seq, change.Stamp, append(receipt.Ops, part.Ops...)
		}
		if extra != nil {
			return extra(b)
		}
		return nil
	})
	return receipt, err
}

func (b *Batch) complete(op *crdt.Op) error {
	if b.c.o.Complete == nil {
		return nil
	}
	return b.c.o.Complete(b, op)
}

// write runs fn over a batch and flushes it, in one transaction.
func (c *Central) write(ctx context.Context, fn func(*Batch) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	mark, number, told, led := c.author.Mark(), c.number, c.toldMS, c.led
	var scopes []int64
	var parties []crdt.ID
	var gone erased
	err := c.File.Write(ctx, func(tx *rows.Tx) error {
		if err := c.noticeLed(tx); err != nil {
			return err
		}
		b := newBatch(c, tx)
		err := fn(b)
		if err != nil {
			return err
		}
		if scopes, parties, err = b.flush(); err != nil {
			return err
		}
		gone = b.erased
		more, err := c.derive(b)
		scopes = union(scopes, more)
		return err
	})
	if err != nil {
		c.author.Back(mark)
		c.number, c.toldMS, c.led = number, told, led
		return err
	}
	maps.Copy(c.erased, gone)
	if len(scopes) > 0 || len(parties) > 0 {
		c.tell(scopes, parties)
	}
	return nil
}

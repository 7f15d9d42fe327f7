package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
)

// Ids are reserved in blocks, so that minting costs a write once a block; what
// a crash leaves unused of a block is never used again.
const mintBlock = 1024

// Names of the facts an author keeps.
const (
	factOrigin = "origin"
	factEpoch  = "stamp epoch"
	factClock  = "clock"
	factMinted = "minted"
	// The chain starts after this change; zero: from the beginning.
	factTrimmedSeq  = "trimmed seq"
	factTrimmedHash = "trimmed hash"
)

// ErrNoChange is a change that the own journal does not hold: trimmed, or never
// written by this file.
var ErrNoChange = errors.New("rows: the change is not in the journal")

// Author is the file's own origin: it mints ids, makes stamps and chains the
// changes written here. Whoever owns the file serialises its use with Write.
type Author struct {
	Clock    crdt.Clock
	rand     io.Reader
	seq      uint64
	hash     journal.Hash
	minted   uint32
	reserved uint32
	buf      []byte
}

// LoadAuthor reads where the file's origin stands. A file without one takes
// origin (which must then not be zero) for good.
func (f *File) LoadAuthor(tx *Tx, origin crdt.Origin, random io.Reader) (*Author, error) {
	a := &Author{rand: random}
	had, err := tx.FactInt(factOrigin)
	if err != nil {
		return nil, err
	}
	switch {
	case had == 0 && (origin == 0 || origin > crdt.MaxOrigin):
		return nil, fmt.Errorf("rows: origin %d is not 1 to 31 bits", origin)
	case had == 0:
		if err := tx.SetFact(factOrigin, int64(origin)); err != nil {
			return nil, err
		}
	case origin != 0 && crdt.Origin(had) != origin:
		return nil, fmt.Errorf("rows: the file belongs to origin %d, not %d", had, origin)
	default:
		origin = crdt.Origin(had)
	}
	a.Clock.Origin = origin
	return a, a.load(tx)
}

func (a *Author) load(tx *Tx) error {
	epoch, err := tx.FactInt(factEpoch)
	if err != nil {
		return err
	}
	clock, err := tx.FactInt(factClock)
	if err != nil {
		return err
	}
	minted, err := tx.FactInt(factMinted)
	if err != nil {
		return err
	}
	a.Clock.Epoch = uint16(epoch)
	a.Clock.Resume(uint64(clock))
	a.minted, a.reserved = uint32(minted), uint32(minted)
	seq, err := tx.FactInt(factTrimmedSeq)
	if err != nil {
		return err
	}
	hash, err := tx.FactBytes(factTrimmedHash)
	if err != nil {
		return err
	}
	a.seq = uint64(seq)
	copy(a.hash[:], hash)
	return tx.Query(`SELECT seq, hash, stamp FROM journal ORDER BY seq DESC LIMIT 1`, func(s *sqlite.Stmt) error {
		a.seq = uint64(s.ColumnInt64(0))
		copy(a.hash[:], Blob(s, 1))
		stamp, err := crdt.DecodeStamp(Blob(s, 2))
		if err != nil {
			return err
		}
		return a.Clock.Observe(stamp, 0, -1) // one of an epoch that was left behind moves nothing
	})
}

// Origin is who writes here.
func (a *Author) Origin() crdt.Origin { return a.Clock.Origin }

// Seq is the number of the last change; 0 before the first.
func (a *Author) Seq() uint64 { return a.seq }

// Hash is the end of the chain.
func (a *Author) Hash() journal.Hash { return a.hash }

// Mark is where the author stands, to go back to when a transaction fails.
type Mark struct {
	seq   uint64
	hash  journal.Hash
	clock crdt.Clock
}

// Mark notes where the author stands.
func (a *Author) Mark() Mark { return Mark{a.seq, a.hash, a.Clock} }

// Back returns to a mark. Ids and stamps are not used again; an epoch that was
// begun meanwhile never was.
func (a *Author) Back(m Mark) {
	a.seq, a.hash, a.reserved = m.seq, m.hash, a.minted
	if a.Clock.Epoch != m.clock.Epoch {
		a.Clock = m.clock
	}
}

// BeginEpoch leaves the time of all stamps so far behind: what is written from now
// on is later than all of them, whatever time they bear. Central alone does that.
func (a *Author) BeginEpoch() {
	a.Clock = crdt.Clock{Origin: a.Clock.Origin, Epoch: a.Clock.Epoch + 1}
}

// Mint makes a fresh id within a write transaction.
func (a *Author) Mint(tx *Tx) (crdt.ID, error) {
	if a.minted == a.reserved {
		if a.reserved > a.reserved+mintBlock {
			return 0, fmt.Errorf("rows: origin %d has no ids left", a.Clock.Origin)
		}
		if err := tx.SetFact(factMinted, int64(a.reserved)+mintBlock); err != nil {
			return 0, err
		}
		a.reserved += mintBlock
	}
	a.minted++
	return crdt.MakeID(a.Clock.Origin, a.minted), nil
}

// Append chains one change over ops and writes it to the journal:
// journal.ErrTooLarge where it has too many.
func (a *Author) Append(tx *Tx, stamp crdt.Stamp, session crdt.ID, ops []crdt.Op) (*journal.Change, error) {
	c := &journal.Change{Origin: a.Clock.Origin, Seq: a.seq + 1, Bodies: make([]journal.Body, len(ops))}
	for i := range ops {
		c.Bodies[i].Op = ops[i]
	}
	if err := c.Fit(); err != nil {
		return nil, err
	}
	return a.Again(tx, stamp, session, ops)
}

// Again is Append for what was written before, however large: central judges it.
// What could not be read goes along as it is.
func (a *Author) Again(tx *Tx, stamp crdt.Stamp, session crdt.ID, ops []crdt.Op, unread ...[]byte) (*journal.Change, error) {
	bodies := make([]journal.Body, len(ops)+len(unread))
	salts := make([]byte, len(bodies)*journal.SaltSize)
	if _, err := io.ReadFull(a.rand, salts); err != nil {
		return nil, fmt.Errorf("rows: salt: %w", err)
	}
	for i := range bodies {
		if i < len(ops) {
			bodies[i].Op = ops[i]
		} else {
			bodies[i].Opaque = unread[i-len(ops)]
		}
		copy(bodies[i].Salt[:], salts[i*journal.SaltSize:])
	}
	c := &journal.Change{Origin: a.Clock.Origin, Seq: a.seq + 1, Stamp: stamp, Session: session, Bodies: bodies}
	return c, a.chain(tx, c)
}

// Chain writes a change over bodies as they are, whatever they hold: for history
// that came from elsewhere, and for what another release might write.
func (a *Author) Chain(tx *Tx, stamp crdt.Stamp, session crdt.ID, bodies []journal.Body) (*journal.Change, error) {
	c := &journal.Change{Origin: a.Clock.Origin, Seq: a.seq + 1, Stamp: stamp, Session: session, Bodies: bodies}
	return c, a.chain(tx, c)
}

func (a *Author) chain(tx *Tx, c *journal.Change) error {
	if err := c.Check(); err != nil {
		return err
	}
	var hash journal.Hash
	hash, a.buf = c.Seal(a.hash, a.buf)
	a.buf = journal.AppendOps(a.buf[:0], c.Bodies)
	err := tx.Exec(`INSERT INTO journal (seq, stamp, session, bodies, hash) VALUES (?1, ?2, ?3, ?4, ?5)`,
		int64(c.Seq), c.Stamp.Bytes(), int64(c.Session), a.buf, hash[:])
	if err != nil {
		return err
	}
	a.seq, a.hash = c.Seq, hash
	return nil
}

// KeepClock writes the clock down, after stamps of others were observed.
func (a *Author) KeepClock(tx *Tx) error {
	if err := tx.SetFact(factEpoch, int64(a.Clock.Epoch)); err != nil {
		return err
	}
	return tx.SetFact(factClock, int64(a.Clock.Last()))
}

// Changes reads the changes of the own journal after number since, at most
// limit, and the hash before the first of them.
func (tx *Tx) Changes(origin crdt.Origin, since uint64, limit int) (prev journal.Hash, out []journal.Change, err error) {
	if since > 0 {
		b, err := tx.linkAt(since)
		if err != nil {
			return prev, nil, err
		}
		copy(prev[:], b)
	}
	err = tx.Query(`SELECT seq, stamp, session, bodies FROM journal WHERE seq>?1 ORDER BY seq LIMIT ?2`, func(s *sqlite.Stmt) error {
		c, err := scanChange(s, origin)
		out = append(out, c)
		return err
	}, int64(since), limit)
	return prev, out, err
}

// Change reads one change of the own journal; nil when it is not there.
func (tx *Tx) Change(origin crdt.Origin, seq uint64) (c *journal.Change, err error) {
	err = tx.Query(`SELECT seq, stamp, session, bodies FROM journal WHERE seq=?1`, func(s *sqlite.Stmt) error {
		found, err := scanChange(s, origin)
		c = &found
		return err
	}, int64(seq))
	return c, err
}

func scanChange(s *sqlite.Stmt, origin crdt.Origin) (c journal.Change, err error) {
	c = journal.Change{Origin: origin, Seq: uint64(s.ColumnInt64(0)), Session: crdt.ID(s.ColumnInt64(2))}
	if c.Stamp, err = crdt.DecodeStamp(Blob(s, 1)); err != nil {
		return c, err
	}
	c.Bodies, err = journal.DecodeOps(Blob(s, 3))
	return c, err
}

// linkAt is the hash of a change of the own journal, kept or just trimmed.
func (tx *Tx) linkAt(seq uint64) (hash []byte, err error) {
	err = tx.Query(`SELECT hash FROM journal WHERE seq=?1`, func(s *sqlite.Stmt) error {
		hash = Blob(s, 0)
		return nil
	}, int64(seq))
	if err != nil || hash != nil {
		return hash, err
	}
	at, err := tx.Trimmed()
	if err != nil {
		return nil, err
	}
	if at != seq {
		return nil, fmt.Errorf("%w: number %d", ErrNoChange, seq)
	}
	return tx.FactBytes(factTrimmedHash)
}

// Link is the link of the own chain at a number: of a change that is kept, or
// of the last one trimmed; zero at 0.
func (tx *Tx) Link(seq uint64) (out journal.Hash, err error) {
	if seq == 0 {
		return out, nil
	}
	b, err := tx.linkAt(seq)
	copy(out[:], b)
	return out, err
}

// Trim forgets the changes up to number upTo; the chain starts there then.
func (tx *Tx) Trim(upTo uint64) error {
	hash, err := tx.linkAt(upTo)
	if err != nil {
		return err
	}
	if err := tx.SetFact(factTrimmedSeq, int64(upTo)); err != nil {
		return err
	}
	if err := tx.SetFact(factTrimmedHash, hash); err != nil {
		return err
	}
	return tx.Exec(`DELETE FROM journal WHERE seq<=?1`, int64(upTo))
}

// Trimmed is up to which number the journal was trimmed.
func (tx *Tx) Trimmed() (uint64, error) {
	n, err := tx.FactInt(factTrimmedSeq)
	return uint64(n), err
}

// CheckChain walks the own journal and verifies every link; it returns how
// many changes it saw.
func (tx *Tx) CheckChain(origin crdt.Origin) (n int, err error) {
	since, err := tx.Trimmed()
	if err != nil {
		return 0, err
	}
	var buf []byte
	for {
		hash, changes, err := tx.Changes(origin, since, 1000)
		if err != nil || len(changes) == 0 {
			return n, err
		}
		for i := range changes {
			c := &changes[i]
			if c.Seq != since+1 {
				return n, fmt.Errorf("%w: change %d is missing", journal.ErrChain, since+1)
			}
			hash, buf = c.Seal(hash, buf)
			link, err := tx.linkAt(c.Seq)
			if err != nil {
				return n, err
			}
			if !bytes.Equal(link, hash[:]) {
				return n, fmt.Errorf("%w: at change %d", journal.ErrChain, c.Seq)
			}
			since, n = c.Seq, n+1
		}
	}
}

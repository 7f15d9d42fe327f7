package central

import (
	"bytes"
	"context"
	"fmt"

	"bough/sync/journal"
	"bough/sync/rows"
)

// Proof is what is proven of the history of one origin: from its first change to
// the head, every body hashed anew, every link, every signature.
type Proof struct {
	*Node         // of central itself Branch is 0
	Changes int64 // that were hashed
	Erased  int64 // bodies of which only the hash is left, by order
	Head    journal.Hash
	Signed  bool // by a key of its own; of central itself no head is signed
	Faults  []Fault
}

// Fault is something that is not as it was written, or is missing.
type Fault struct {
	Code  string // see FaultMissing and those after it
	First uint64 // number of the change, or of the first
	Last  uint64
}

// What may be wrong with a history.
const (
	FaultMissing    = "missing"    // it is not there
	FaultChain      = "chain"      // it is not what its author chained
	FaultSignature  = "signature"  // its author did not sign it
	FaultUnreadable = "unreadable" // it cannot be decoded
	FaultHead       = "head"       // it does not end where it was noted that it ends
)

// Proving is how to go through the histories.
type Proving struct {
	// Each is told of every change that stands, in the order of its origin; nil:
	// nobody is.
	Each func(*journal.Change) error
	// Progress is told how many ranges were looked at, and of how many; nil: nobody.
	Progress func(done, all int64)
}

// Prove goes through everything that was taken, origin by origin, central's own
// last. That faults were found is no error.
func (c *Central) Prove(ctx context.Context, how Proving) (out []Proof, err error) {
	if how.Each == nil {
		how.Each = func(*journal.Change) error { return nil }
	}
	if how.Progress == nil {
		how.Progress = func(int64, int64) {}
	}
	nodes, err := c.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	var all int64
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		all, _, err = tx.Int(`SELECT count(*) FROM taken`)
		return err
	})
	var done int64
	for _, n := range nodes {
		if err != nil {
			return nil, fmt.Errorf("central: prove: %w", err)
		}
		w := walk{c: c, how: how, proof: Proof{Node: n, Signed: true}}
		err = w.origin(ctx, func(n int) {
			done += int64(n)
			how.Progress(done, max(all, done))
		})
		out = append(out, w.proof)
	}
	if err == nil {
		w := walk{c: c, how: how, proof: Proof{Node: &Node{Origin: c.Origin(), Name: "central"}}}
		err = w.own(ctx)
		out = append(out, w.proof)
	}
	if err != nil {
		return nil, fmt.Errorf("central: prove: %w", err)
	}
	return out, nil
}

// walk goes along one chain.
type walk struct {
	c     *Central
	how   Proving
	proof Proof
	seq   uint64
	hash  journal.Hash
	lost  bool // hash is not known: what was before cannot be read
}

func (w *walk) fault(code string, first, last uint64) {
	w.proof.Faults = append(w.proof.Faults, Fault{code, first, last})
}

func (w *walk) origin(ctx context.Context, did func(n int)) error {
	for {
		var list []kept
		err := w.c.File.Read(ctx, func(tx *rows.Tx) (err error) {
			list, err = ranges(tx, `origin=?1 AND last>?2 ORDER BY last LIMIT ?3`, int64(w.proof.Origin), int64(w.seq), rangesAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		for i := range list {
			if err := w.kept(ctx, &list[i]); err != nil {
				return err
			}
		}
		did(len(list))
		if len(list) < rangesAtOnce {
			break
		}
	}
	n := w.proof.Node
	if w.proof.Head = w.hash; w.lost {
		w.proof.Head = journal.Hash{}
	}
	if w.seq < n.Seq {
		w.fault(FaultMissing, w.seq+1, n.Seq)
	} else if w.seq == n.Seq && w.seq > 0 && !w.lost && w.hash != n.Hash {
		w.fault(FaultHead, n.Seq, n.Seq)
	}
	return nil
}

// kept takes the next range: it may begin before where the walk has come.
func (w *walk) kept(ctx context.Context, k *kept) error {
	p, err := w.c.codec.DecodePush(k.frame)
	if err != nil || len(p.Ranges) != 1 || p.Ranges[0].Head.Origin != w.proof.Origin || len(p.Ranges[0].Changes) == 0 {
		w.fault(FaultUnreadable, k.first, k.last)
		w.seq, w.lost = k.last, true
		return nil
	}
	r := &p.Ranges[0]
	first := r.Changes[0].Seq
	if first > w.seq+1 {
		if err := w.gap(ctx, first, r.Prev); err != nil {
			return err
		}
	}
	at, buf, broken := r.Prev, []byte(nil), false
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.Seq == w.seq+1 && at != w.hash && !w.lost {
			broken = true
			w.fault(FaultChain, c.Seq, r.Head.Seq)
		}
		at, buf = c.Seal(at, buf)
		if c.Seq <= w.seq {
			continue
		}
		w.proof.Changes++
		w.proof.Erased += int64(len(c.Bodies) - c.Live())
		w.hash, w.seq, w.lost = at, c.Seq, false
		if err := w.how.Each(c); err != nil {
			return err
		}
	}
	w.signed(r, at, broken)
	return nil
}

// gap passes over the changes before number first: they came in another form, or
// they are missing. prev is the link that first was chained to.
func (w *walk) gap(ctx context.Context, first uint64, prev journal.Hash) error {
	var forms []anew
	err := w.c.File.Read(ctx, func(tx *rows.Tx) (err error) {
		forms, err = formsBetween(tx, w.proof.Origin, w.seq, first)
		return err
	})
	if err != nil {
		return err
	}
	if fills(forms, w.seq, first, prev) {
		w.seq, w.hash = first-1, prev
		return nil
	}
	w.fault(FaultMissing, w.seq+1, first-1)
	w.seq, w.lost = first-1, true
	return nil
}

// signed holds the end of a range against its signed head.
func (w *walk) signed(r *journal.Range, at journal.Hash, broken bool) {
	first := r.Changes[0].Seq
	switch err := r.Verify(signedBy(w.proof.Key)); {
	case err == nil:
	case at == r.Head.Hash:
		w.fault(FaultSignature, first, r.Head.Seq)
	case !broken:
		w.fault(FaultChain, first, r.Head.Seq)
	}
	w.hash = r.Head.Hash // what follows was chained to it
}

// own goes along central's own chain.
func (w *walk) own(ctx context.Context) error {
	for {
		var list []journal.Change
		var links [][]byte
		err := w.c.File.Read(ctx, func(tx *rows.Tx) (err error) {
			links = nil
			if _, list, err = tx.Changes(w.proof.Origin, w.seq, changesAtOnce); err != nil {
				return err
			}
			return tx.Query(`SELECT hash FROM journal WHERE seq>?1 ORDER BY seq LIMIT ?2`, func(st *rows.Stmt) error {
				links = append(links, rows.Blob(st, 0))
				return nil
			}, int64(w.seq), changesAtOnce)
		})
		if err != nil || len(list) == 0 {
			w.proof.Head, w.proof.Seq = w.hash, w.seq
			return err
		}
		buf := []byte(nil)
		for i := range list {
			c := &list[i]
			if c.Seq != w.seq+1 {
				w.fault(FaultMissing, w.seq+1, c.Seq-1)
			}
			w.hash, buf = c.Seal(w.hash, buf)
			if !bytes.Equal(w.hash[:], links[i]) {
				w.fault(FaultChain, c.Seq, c.Seq)
				copy(w.hash[:], links[i])
			}
			w.seq = c.Seq
			w.proof.Changes++
			w.proof.Erased += int64(len(c.Bodies) - c.Live())
			if err := w.how.Each(c); err != nil {
				return err
			}
		}
	}
}

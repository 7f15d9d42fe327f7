package central

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"bough/sync/bundle"
	"bough/sync/trust"
	"bough/sync/wire"
)

// ErrLetter is a bundle whose letter cannot be read or is not signed by whom it
// names.
var ErrLetter = errors.New("central: the letter in this bundle is not what its workstation wrote")

// Carried is what a bundle brought. Its node may have been revoked: what is new of
// it is held then, and it gets no answer.
type Carried struct {
	Letter  bundle.WorkLetter
	Header  bundle.Header
	Node    *Node
	Taken   int  // changes that are new
	Known   int  // changes that central had already
	Refused int  // new changes that were refused, as they would have been over the line
	Missed  int  // changes that do not follow what central has, or of unknown workstations
	Cut     bool // it ends early; what stood before the cut was taken
}

// ReadWork takes a bundle of a node: what is in it is proved, judged and taken
// exactly as over the line; of a node that was revoked, as from its neighbours. Read
// twice, it changes nothing. With an error some of it may have been taken.
func (c *Central) ReadWork(ctx context.Context, r io.Reader, a *trust.Authority) (*Carried, error) {
	h, err := bundle.ReadHeader(r)
	if err != nil {
		return nil, fmt.Errorf("central: read bundle: %w", err)
	}
	switch {
	case h.Kind != bundle.Work || h.Lock != bundle.ToCentral:
		return nil, fmt.Errorf("central: read bundle: %w", bundle.ErrKind)
	case h.Central != bundle.CentralOf(a.Root().Fingerprint()):
		return nil, fmt.Errorf("central: read bundle: %w", bundle.ErrOtherBank)
	}
	key, err := a.OpenKey(h.Sealed, h.Info())
	if err != nil {
		return nil, fmt.Errorf("central: read bundle: %w: %w", bundle.ErrDamaged, err)
	}
	in, err := bundle.NewReader(r, h, key)
	if err != nil {
		return nil, fmt.Errorf("central: read bundle: %w", err)
	}
	out := &Carried{Header: *h}
	if err := c.letter(ctx, a.Root(), in, out); err != nil {
		return nil, fmt.Errorf("central: read bundle: %w", err)
	}
	return out, c.unload(ctx, in, out, a)
}

// letter reads who sends a bundle, and checks that it is them.
func (c *Central) letter(ctx context.Context, root *trust.Root, in *bundle.Reader, out *Carried) error {
	chunk, err := in.Next()
	if err != nil {
		return err
	}
	var unsure bundle.WorkLetter
	body, err := bundle.Signed(&out.Header, 0, chunk, func(at trust.Context, message, signature []byte) error {
		if err := json.Unmarshal(chunk[1+int(chunk[0]):], &unsure); err != nil {
			return ErrLetter
		}
		signed := func(key []byte) error { return trust.CheckSigned(key, at, message, signature) }
		out.Node, err = c.node(ctx, unsure.Origin, loadAuthor)
		if errors.Is(err, ErrUnknownNode) && c.o.NodeRow != nil && unsure.Credential != nil {
			out.Node, err = c.stranger(ctx, root, &unsure, signed)
			return err
		}
		if err != nil {
			return err
		}
		return signed(out.Node.Key)
	})
	switch {
	case errors.Is(err, trust.ErrBadSignature), errors.Is(err, trust.ErrMalformed):
		return fmt.Errorf("%w: %w", ErrLetter, err)
	case err != nil:
		return err
	case unsure.Branch != out.Node.Branch:
		return fmt.Errorf("%w: it names branch %d", ErrLetter, unsure.Branch)
	}
	return json.Unmarshal(body, &out.Letter)
}

// unload takes the frames of a bundle.
func (c *Central) unload(ctx context.Context, in *bundle.Reader, out *Carried, a *trust.Authority) error {
	var closed []wire.Envelope // of the frame that follows
	for {
		b, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return c.stickHeard(ctx, out)
		case errors.Is(err, bundle.ErrCut):
			out.Cut = true
			return c.stickHeard(ctx, out)
		case err != nil:
			return fmt.Errorf("central: read bundle: %w", err)
		}
		if envelope, is := wire.ReadEnvelope(b); is && len(closed) < wire.MaxPushChanges {
			closed = append(closed, *envelope)
			continue
		}
		p, err := c.codec.DecodePush(b)
		if err == nil {
			err = c.reopen(ctx, a, out.Node, p, closed)
		}
		if err == nil {
			err = c.unpack(ctx, p, out)
		}
		if err != nil {
			return fmt.Errorf("central: read bundle: part %d: %w", in.Index()-1, err)
		}
		closed = nil
	}
}

// reopen puts the bodies back that a node closed for central, and that central lacks:
// it was restored from a backup that is older.
func (c *Central) reopen(ctx context.Context, a *trust.Authority, n *Node, p *wire.Push, closed []wire.Envelope) error {
	if len(closed) == 0 {
		return nil
	}
	opened, err := c.Disclose(ctx, a, n, wire.Disclose{Envelopes: closed})
	if err != nil {
		return err
	}
	return wire.PutBack(p.Ranges, opened.Envelopes)
}

// unpack takes one frame as if its node had pushed it.
func (c *Central) unpack(ctx context.Context, p *wire.Push, out *Carried) error {
	had, err := c.Vector(ctx)
	if err != nil {
		return err
	}
	answer, err := c.push(ctx, pusher{out.Node.Origin, signedBy(out.Node.Key), loadAuthor}, p)
	if err != nil {
		return err
	}
	out.Refused += answer.Refused
	for i := range p.Ranges {
		author := p.Ranges[i].Head.Origin
		for j := range p.Ranges[i].Changes {
			switch seq := p.Ranges[i].Changes[j].Seq; {
			case seq <= had[author]:
				out.Known++
			case seq <= answer.Vector[author]:
				out.Taken++
			default:
				out.Missed++
			}
		}
	}
	return nil
}

// stickHeard notes what the letter says of its workstation.
func (c *Central) stickHeard(ctx context.Context, out *Carried) error {
	if out.Node.Revoked {
		return nil
	}
	return c.Heard(ctx, out.Node.Origin, Report{Unsent: int64(out.Letter.Unsent), OldestMS: out.Letter.OldestMS, Version: out.Letter.Version, Aside: -1})
}

// WriteNews writes the answer to a bundle: what central has of the node's
// changes, and the pages of its feeds from where it stood, each signed. Only
// who wrote the bundle can read it; ErrUnknownNode where that node was revoked.
func (c *Central) WriteNews(ctx context.Context, w io.Writer, a *trust.Authority, to *Carried) error {
	h := bundle.Header{Kind: bundle.News, Lock: bundle.ToReply, Central: to.Header.Central, ID: to.Header.ID}
	key, sealed, err := trust.SealReply(to.Letter.Reply, h.Info())
	if err != nil {
		return fmt.Errorf("central: write answer: %w", err)
	}
	h.Sealed = sealed
	out, err := bundle.NewWriter(w, &h, key)
	if err != nil {
		return fmt.Errorf("central: write answer: %w", err)
	}
	n := newsletter{c: c, a: a, h: &h, out: out, to: to}
	if err := n.write(ctx); err != nil {
		return fmt.Errorf("central: write answer: %w", err)
	}
	return nil
}

// newsletter is an answer while it is written.
type newsletter struct {
	c   *Central
	a   *trust.Authority
	h   *bundle.Header
	out *bundle.Writer
	to  *Carried
}

func (n *newsletter) write(ctx context.Context) error {
	node, err := n.c.Node(ctx, n.to.Node.Origin) // as it stands now
	if err != nil {
		return err
	}
	letter, err := json.Marshal(bundle.NewsLetter{Origin: node.Origin, AtMS: n.c.o.NowMS(), Seq: node.Seq, Hash: node.Hash[:],
		Taken: n.to.Taken, Known: n.to.Known, Refused: n.to.Refused})
	if err != nil {
		return err
	}
	chunk, err := bundle.Sign(n.h, 0, letter, n.a.Sign)
	if err != nil {
		return err
	}
	if err := n.out.Chunk(chunk, false); err != nil {
		return err
	}
	for _, scope := range []int64{OfficeScope, node.Branch} {
		if err := n.scope(ctx, node, scope); err != nil {
			return err
		}
	}
	return n.out.Close()
}

// scope writes the pages of a feed, from 0 where the node cannot go on.
func (n *newsletter) scope(ctx context.Context, node *Node, scope int64) error {
	since := int64(0)
	for _, at := range n.to.Letter.Cursors {
		if at.Scope == scope {
			whole, err := n.whole(ctx, node, &at)
			if err != nil {
				return err
			}
			if whole {
				since = at.Feed
			}
		}
	}
	for {
		sealed, err := n.c.SealedPage(ctx, node, wire.Pull{Scope: scope, Since: since, Limit: wire.MaxPageRows}, n.a)
		if err != nil {
			return err
		}
		page, err := n.open(sealed)
		if err != nil {
			return err
		}
		if err := n.out.Chunk(sealed, false); err != nil || !page.More {
			return err
		}
		since = page.Until
	}
}

// open reads a page that was sealed just now.
func (n *newsletter) open(sealed []byte) (*wire.Page, error) {
	s, err := wire.Unseal(sealed)
	if err != nil {
		return nil, err
	}
	return n.c.codec.DecodePage(s.Frame)
}

// whole reports whether a node can go on from where it is.
func (n *newsletter) whole(ctx context.Context, node *Node, at *bundle.Cursor) (bool, error) {
	probe, err := n.c.page(ctx, node, wire.Pull{Scope: at.Scope, Since: max(at.Feed, 0), Limit: 1})
	if err != nil {
		return false, err
	}
	limit := at.Feed
	if at.From0 {
		limit = at.Whole
	}
	return at.Epoch == probe.Epoch && probe.Floor <= limit && at.Feed >= 0 && at.Feed <= probe.Head, nil
}

package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"bough/node/stick"
	"bough/sync/trust"
)

// Names of bundles.
const (
	workTail = ".bundle" // of what goes to central
	newsTail = ".answer" // of what comes back
	partTail = ".part"   // of a file that is being written
)

// ErrNoBundle is a folder without a bundle.
var ErrNoBundle = errors.New("node: there is no bundle in this folder")

// PathIn names a file or folder.
type PathIn struct{ Path string }

// WorkOut tells what a bundle holds.
type WorkOut struct {
	Path    string
	Changes int // own and neighbours'
	Bytes   int64
}

// stickName is what the files of a workstation are called on a stick.
func (b *Branch) stickName(tail string) string {
	return fmt.Sprintf("bough-%d-%d%s", b.me.Branch, b.Origin(), tail)
}

// stick is what a workstation carries by hand.
func (b *Branch) stick() *stick.Workstation {
	return &stick.Workstation{Store: b.Store, Identity: b.keys.identity, Root: b.keys.root, Branch: b.me.Branch, Version: b.o.Version, Rand: b.o.Rand, NowMS: b.nowMS,
		Credential: b.keys.cert.Load().Raw}
}

// WriteWork writes all that central is not known to have, own and neighbours',
// so that central alone can read it. packed is told how many are in, as they
// are packed.
func (b *Branch) WriteWork(ctx context.Context, w io.Writer, packed func(changes int)) (changes int, err error) {
	s := b.stick()
	s.Packed = packed
	// Who goes on under a number that central has not certified yet says why, and
	// proves it.
	claim, err := b.claim()
	if err != nil {
		return 0, fmt.Errorf("node: write bundle: %w", err)
	}
	if claim != nil {
		s.Credential, s.Reason = trust.Credential(s.Credential, claim.Renewals), claim.Reason
	}
	return s.Write(ctx, w)
}

// NewsOut tells what an answer of central brought.
type NewsOut struct {
	Path string
	stick.News
}

// ReadNews takes the answer to a bundle: pages of the feed that central signed,
// as they would have come over the line.
func (b *Branch) ReadNews(ctx context.Context, r io.Reader) (out NewsOut, err error) {
	out.News, err = b.stick().Read(ctx, r)
	b.up().Kick()
	if err == nil {
		err = b.hearBy(ctx, out.AtMS) // head office knew of this workstation when it wrote
	}
	return out, err
}

// stickCommands are the commands of a machine about bundles, at a node.
func (b *Branch) stickCommands(mux *http.ServeMux) {
	command(mux, "/bundle/write", func(ctx context.Context, in PathIn) (out WorkOut, err error) {
		if !b.here() {
			return out, ErrNotNode
		}
		out.Path = within(in.Path, b.stickName(workTail))
		out.Bytes, err = writeWhole(out.Path, func(w io.Writer) (err error) {
			out.Changes, err = b.WriteWork(ctx, w, func(int) {})
			return err
		})
		return out, err
	})
	command(mux, "/bundle/read", func(ctx context.Context, in PathIn) (out ReadOut, err error) {
		if !b.here() {
			return out, ErrNotNode
		}
		path := within(in.Path, b.stickName(newsTail))
		f, err := os.Open(path)
		if err != nil {
			return out, fmt.Errorf("node: read answer: %w", err)
		}
		defer f.Close() // read only: nothing can be lost
		news, err := b.ReadNews(ctx, f)
		news.Path = path
		return ReadOut{News: &news}, err
	})
}

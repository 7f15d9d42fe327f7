package seed

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"bough/sync/bundle"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// chunkPages is how many pages of the file a chunk has.
const chunkPages = 256

// ErrGone: the reader went away.
var ErrGone = errors.New("seed: the other side went away")

// Stream is a file on its way to one reader.
type Stream struct {
	Central [8]byte  // of the fingerprint of whose bank it is
	ID      [16]byte // as Find gave it
	Disk    rows.Disk
	Path    string
	Pages   int // of a chunk; 0: 256, 1 MiB before it is packed
	// Wait is called before each chunk, but the first, and may take its time; its
	// error ends the stream. nil: as fast as it goes.
	Wait func() error
}

// Send writes a container to w: a letter, then the chunks of pages that the
// reader does not have yet, under a key of this answer, sealed to its reply box.
func (s *Stream) Send(w io.Writer, q *wire.SnapshotAsk) error {
	h := bundle.Header{Kind: bundle.Snapshot, Lock: bundle.ToReply, Central: s.Central, ID: s.ID}
	key, sealed, err := trust.SealReply(q.Reply, h.Info())
	if err != nil {
		return fmt.Errorf("%w: the reply box", wire.ErrMalformed)
	}
	h.Sealed = sealed
	out, err := bundle.NewWriter(w, &h, key)
	if err != nil {
		return err
	}
	if err := s.chunks(out, q.Chunk); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return ErrGone
	}
	return nil
}

func (s *Stream) chunks(out *bundle.Writer, from int) error {
	if from < 0 {
		return fmt.Errorf("%w: from part %d on", wire.ErrMalformed, from)
	}
	pages, sent := cmp.Or(s.Pages, chunkPages), false
	return rows.Pages(s.Disk, s.Path, 1+from*pages, pages, func(_, total int, data []byte) error {
		switch {
		case !sent:
			sent = true
			letter, err := json.Marshal(wire.SnapshotLetter{Chunks: (total + pages - 1) / pages, From: from})
			if err != nil {
				return err
			}
			if out.Chunk(letter, false) != nil {
				return ErrGone
			}
		case s.Wait != nil:
			if err := s.Wait(); err != nil {
				return err
			}
		}
		if out.Chunk(data, true) != nil {
			return ErrGone
		}
		return nil
	})
}

package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"bough/sync/wire"
)

// ErrNoSnapshot: central does not keep it any more; begin a new one.
var ErrNoSnapshot = errors.New("uplink: central does not keep this snapshot any more")

// FetchSnapshot asks central for a snapshot, or for the rest of one, and has read
// read it. Of the options it needs those of the line; there is no file yet.
func FetchSnapshot(ctx context.Context, o Options, q wire.SnapshotAsk, read func(io.Reader) error) error {
	l, err := newLine(o)
	if err != nil {
		return err
	}
	defer l.close()
	body, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("uplink: snapshot: %w", err)
	}
	r, err := newRequest(ctx, l.base, request{path: wire.PathSnapshot, body: body, content: "application/json"})
	if err != nil {
		return fmt.Errorf("uplink: snapshot: %w", err)
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return fmt.Errorf("uplink: snapshot: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // read only
	if answer.StatusCode == http.StatusOK {
		return read(answer.Body)
	}
	err = readFault(answer)
	var told *faultError
	if errors.As(err, &told) && told.word == wire.FaultSnapshot {
		return ErrNoSnapshot
	}
	return fmt.Errorf("uplink: snapshot: %w", err)
}

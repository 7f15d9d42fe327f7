package api

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"

	"bough/crdt"
	"bough/node/store"
)

// Store keeps answers per person and Idempotency-Key, durably and for a day at
// least. A file's store.Local is one.
type Store interface {
	// Answered finds the answer kept for key; nil when there is none.
	Answered(ctx context.Context, person crdt.ID, key string) (*store.Answer, error)
	// PutAnswer keeps an answer, in place of one that stood there.
	PutAnswer(ctx context.Context, person crdt.ID, key string, a store.Answer, nowMS int64) error
}

// once runs an endpoint that writes: with an Idempotency-Key, at most once.
func (k *call) once(ep *endpoint, r *http.Request) (reply, error) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return k.run(ep)
	}
	key := values[0]
	if len(values) > 1 || !isKey(key) {
		return reply{}, bad("Idempotency-Key", "bad_idempotency_key", "Idempotency-Key must be one word of 1 to %d visible ASCII characters", maxKeyBytes)
	}
	release, err := k.keys.hold(k.ctx, heldKey{k.who.Person, key})
	if err != nil {
		return reply{}, err
	}
	defer release()
	// From here on a caller that hangs up must not part the act from its answer.
	k.ctx = context.WithoutCancel(k.ctx)
	return k.keyed(ep, key, digest(r, k.raw))
}

// keyed does the act between two notes: before it, that its outcome is not
// known; after it, its answer. A process that dies in between leaves the first,
// so that nothing is ever done twice.
func (k *call) keyed(ep *endpoint, key string, request [32]byte) (reply, error) {
	kept, err := k.Idempotency.Answered(k.ctx, k.who.Person, key)
	if err != nil {
		return reply{}, err
	}
	if kept != nil && kept.Status != forgotten {
		if kept.Request != request {
			return reply{}, unfit("Idempotency-Key", "idempotency_mismatch", "this Idempotency-Key belongs to another request; use a new one for a new act")
		}
		return reply{status: kept.Status, body: kept.Body, replayed: true}, nil
	}
	if err := k.keep(key, request, unknownOutcome()); err != nil {
		return reply{}, err
	}
	done, err := k.run(ep)
	if err != nil {
		done = reply{status: forgotten}
	}
	if kept := k.keep(key, request, done); kept != nil {
		// Saying that an act failed that is done would make the caller repeat it.
		k.Log.ErrorContext(k.ctx, "api: answer not kept for its key", "method", ep.method, "route", ep.path, "err", kept)
	}
	return done, err
}

// forgotten stands in place of the status of an act that was refused: it wrote
// nothing and may be tried again.
const forgotten = 0

func unknownOutcome() reply {
	return refuse(&fault{http.StatusConflict, "unknown_outcome",
		"the program was stopped while it did this; look whether it is there, and if not, send it with a new Idempotency-Key", "Idempotency-Key"})
}

func (k *call) keep(key string, request [32]byte, r reply) error {
	body := []byte{}
	if r.status != forgotten {
		var err error
		if body, err = encode(r.view); err != nil {
			return err
		}
	}
	return k.Idempotency.PutAnswer(k.ctx, k.who.Person, key, store.Answer{Request: request, Status: r.status, Body: body}, k.Now())
}

func isKey(key string) bool {
	if len(key) < 1 || len(key) > maxKeyBytes {
		return false
	}
	for i := range len(key) {
		if key[i] <= 0x20 || key[i] >= 0x7f {
			return false
		}
	}
	return true
}

func digest(r *http.Request, body []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.RequestURI() + "\n"))
	h.Write(body)
	return [32]byte(h.Sum(nil))
}

type heldKey struct {
	person crdt.ID
	key    string
}

// keyLocks lets one request per key through at a time.
type keyLocks struct {
	mu   sync.Mutex                // guards held
	held map[heldKey]chan struct{} // closed when its holder is done
}

func newKeyLocks() *keyLocks { return &keyLocks{held: map[heldKey]chan struct{}{}} }

// hold waits for the key; the caller must release it.
func (l *keyLocks) hold(ctx context.Context, key heldKey) (release func(), err error) {
	for {
		done, busy := l.take(key)
		if !busy {
			return func() { l.release(key, done) }, nil
		}
		select {
		case <-done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (l *keyLocks) take(key heldKey) (done chan struct{}, busy bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done, busy = l.held[key]; !busy {
		done = make(chan struct{})
		l.held[key] = done
	}
	return done, busy
}

func (l *keyLocks) release(key heldKey, done chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, key)
	close(done)
}

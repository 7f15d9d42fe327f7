package central

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"bough/sync/journal"
	"bough/sync/seed"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Errors of the HTTP side.
var (
	// ErrOriginTaken: a joining node proposed the origin of another.
	ErrOriginTaken = errors.New("central: this origin belongs to another workstation; propose another one")

	errForbidden = errors.New("central: a workstation reads its own branch and the office, nothing else")
	errCrowd     = errors.New("central: many workstations call at once; it is tried again by itself")
	errRecall    = errors.New("central: it was restored from a backup: the pages that this workstation keeps come first")
	errTooMany   = errors.New("central: too many wrong enrolment codes came from this address; wait a minute")
	errGone      = errors.New("central: the other side went away")
	errTrust     = errors.New("central")
)

// crowded is errCrowd with an appointment: in how many milliseconds to come again.
type crowded struct{ againMS int64 }

func (c *crowded) Error() string { return errCrowd.Error() }
func (c *crowded) Unwrap() error { return errCrowd }

// fault marks an error of package trust that the other side is to read.
func fault(err error) error { return fmt.Errorf("%w: %w", errTrust, err) }

// answers is how errors are told: the first that fits. The text of those
// without shown is not for others.
var answers = []struct {
	is     error
	status int
	word   string
}{
	{wire.ErrVersion, http.StatusUpgradeRequired, wire.FaultVersion},
	{wire.ErrTooLarge, http.StatusRequestEntityTooLarge, wire.FaultTooLarge},
	{wire.ErrMalformed, http.StatusBadRequest, wire.FaultMalformed},
	{wire.ErrChecksum, http.StatusBadRequest, wire.FaultMalformed},
	{ErrUnknownNode, http.StatusForbidden, wire.FaultUnknown},
	{ErrFork, http.StatusConflict, wire.FaultFork},
	{ErrNotYours, http.StatusForbidden, wire.FaultForbidden},
	{errForbidden, http.StatusForbidden, wire.FaultForbidden},
	{journal.ErrBadChange, http.StatusUnprocessableEntity, wire.FaultJournal},
	{journal.ErrChain, http.StatusUnprocessableEntity, wire.FaultJournal},
	{journal.ErrSignature, http.StatusUnprocessableEntity, wire.FaultJournal},
	{ErrCode, http.StatusForbidden, wire.FaultCode},
	{ErrOriginTaken, http.StatusConflict, wire.FaultTaken},
	{errRecall, http.StatusConflict, wire.FaultRecall},
	{seed.ErrNone, http.StatusGone, wire.FaultSnapshot},
	{errCrowd, http.StatusServiceUnavailable, wire.FaultBusy},
	{errTooMany, http.StatusTooManyRequests, wire.FaultSlow},
	{trust.ErrExpired, http.StatusUnauthorized, wire.FaultExpired},
	{trust.ErrNotYetValid, http.StatusUnauthorized, wire.FaultExpired},
	{errTrust, http.StatusUnauthorized, wire.FaultCertificate},
}

// fail answers an error: as text where the other side can do something about
// it, else in the log.
func (e *endpoint) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errGone) || errors.Is(err, context.Canceled) || r.Context().Err() != nil {
		return // nobody listens
	}
	status, word, text := http.StatusServiceUnavailable, wire.FaultBusy, "central cannot do this now; the reason is in its log"
	for _, a := range answers {
		if errors.Is(err, a.is) {
			status, word, text = a.status, a.word, err.Error()
			break
		}
	}
	var full *crowded
	switch {
	case errors.As(err, &full):
		w.Header().Set("Retry-After", strconv.FormatInt((full.againMS+999)/1000, 10))
		w.Header().Set(wire.HeaderAgain, strconv.FormatInt(full.againMS, 10))
	case word == wire.FaultBusy:
		e.o.Log.Error("sync request failed", "route", r.URL.Path, "error", err)
	default:
		e.o.Log.Info("sync request refused", "route", r.URL.Path, "fault", word)
	}
	w.Header().Set(wire.HeaderFault, word)
	http.Error(w, text, status)
}

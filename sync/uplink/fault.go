package uplink

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"bough/sync/replica"
	"bough/sync/trust"
	"bough/sync/wire"
)

// errUnreadable is an answer of central that cannot be read.
var errUnreadable = errors.New("uplink: the answer of central cannot be read")

// errFile marks an error of the node's own file.
var errFile = errors.New("uplink: the file of this workstation")

// faultError is an answer of central that is not a 200.
type faultError struct {
	status int
	speaks wire.Versions // what central speaks; zero: not said
	again  int64         // ms after which central wants to be asked again; 0: not said
	word   string        // of wire.HeaderFault; empty when something else answered
	text   string
}

func (e *faultError) Error() string {
	if e.word == "" {
		return fmt.Sprintf("uplink: what answers at the address of central is not bough (status %d)", e.status)
	}
	return e.text
}

func readFault(answer *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(answer.Body, maxText)) // the status says enough
	text := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, strings.TrimSpace(string(b)))
	speaks, _ := wire.ParseVersions(answer.Header.Get(wire.HeaderVersions))   // zero when it is not said
	again, _ := strconv.ParseInt(answer.Header.Get(wire.HeaderAgain), 10, 64) // 0 when it is not said
	return &faultError{status: answer.StatusCode, speaks: speaks, again: min(max(again, 0), longestAgainMS), word: answer.Header.Get(wire.HeaderFault), text: text}
}

// classes is what central's words mean for the machine.
var classes = map[string]replica.Class{
	wire.FaultCertificate: replica.Certificate,
	wire.FaultExpired:     replica.Expired,
	wire.FaultClock:       replica.Certificate,
	wire.FaultUnknown:     replica.Unknown,
	wire.FaultFork:        replica.Fork,
	wire.FaultVersion:     replica.Version,
	wire.FaultForbidden:   replica.Rejected,
	wire.FaultTooLarge:    replica.Rejected,
	wire.FaultMalformed:   replica.Rejected,
	wire.FaultJournal:     replica.Rejected,
	wire.FaultBusy:        replica.Busy,
}

// classify says what kind of failure an error is, with words for people.
func classify(err error) (replica.Class, string) {
	var answered *faultError
	switch {
	case errors.As(err, &answered):
		return classOf(answered), answered.Error()
	case errors.Is(err, errFile):
		return replica.Local, err.Error()
	case errors.Is(err, wire.ErrVersion):
		return replica.Version, err.Error()
	case unreadable(err):
		return replica.Rejected, err.Error()
	case errors.Is(err, trust.ErrOtherCentral), errors.Is(err, trust.ErrWrongRole), errors.Is(err, trust.ErrBadCertificate):
		return replica.Certificate, "what answers at the address of central is another central"
	case alerted(err):
		return replica.Certificate, "central does not accept the certificate of this workstation"
	}
	return replica.Line, lineWords(err)
}

// alerted reports whether the other side ended the handshake by a TLS alert:
// what the standard library calls a remote error.
func alerted(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// again is in how many ms central wants to be asked again; 0: it did not say.
func again(err error) int64 {
	var answered *faultError
	if errors.As(err, &answered) {
		return answered.again
	}
	return 0
}

func classOf(e *faultError) replica.Class {
	if class, known := classes[e.word]; known {
		return class
	}
	if e.status >= 500 || e.status == http.StatusTooManyRequests {
		return replica.Busy
	}
	return replica.Rejected
}

func unreadable(err error) bool {
	for _, is := range []error{errUnreadable, wire.ErrMalformed, wire.ErrChecksum, wire.ErrTooLarge, wire.ErrMessage} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

// lineWords is a short reason; addresses and ports of the attempt are noise.
func lineWords(err error) string {
	var lookup *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &lookup):
		return "the name of central is not known: " + lookup.Name
	case errors.As(err, &timeout) && timeout.Timeout():
		return "central does not answer in time"
	}
	return "the connection to central failed"
}

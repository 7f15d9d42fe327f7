package uplink

import "time"

// Limits.
const (
	dialFor      = 3 * time.Second  // a bank's line answers in milliseconds, a satellite's in one second
	shakeFor     = 20 * time.Second // for TLS: whoever gives up while a whole bank shakes hands only makes it longer
	patientAfter = 3                // requests in a row that broke: then a line is given time
	patientPing  = 15 * time.Second // of silence, and for an answer, on such a line
	pingAfter    = time.Second      // of silence; with pingFor a cut line is noticed within 3 s
	pingFor      = 2 * time.Second  // for the answer to a ping
	exchangeFor  = 60 * time.Second // a push or a page: 8 MB at 1 Mbit/s
	watchFor     = 35 * time.Second // central answers within 25 s; the rest is the line's
	smallFor     = 15 * time.Second // an enrolment or a renewal
	maxHandOver  = 1 << 20          // bytes of kept pages in one request, unless one page is larger
	idleFor      = 90 * time.Second // longer than a watch, so that the connection stays
	writeBuffer  = 64 << 10         // bytes of the socket: pings must not queue behind a push for seconds
	envelope     = 300              // bytes: headers of a request and its answer, and what TLS adds
	maxText      = 512              // bytes of an error text that are kept
	maxSmallBody = 64 << 10         // bytes of a JSON answer

	longestAgainMS = 60 * 1000      // a clerk waits: central is asked again by then, whatever it says
	renewAgainMS   = 10 * 60 * 1000 // after a renewal in vain, while the certificate lasts
	offsetKeptMS   = 10 * 60 * 1000 // a better measurement of the clock counts so long
	joinTries      = 4              // an answer that is lost, an origin that is taken
	shrinkTries    = 12             // halvings of a push that does not fit into a frame
	maxRandomTries = 64             // for an origin that is not 0
)

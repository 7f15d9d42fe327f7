package desk

import "context"

// Hop is a step of the way between a workstation and head office, its own disk
// and its neighbours included.
const (
	HopDisk      = "disk"
	HopFile      = "file"
	HopEnrolment = "enrolment"
	HopName      = "name"
	HopProxy     = "proxy"
	HopPort      = "port"
	HopTLS       = "tls"
	HopCentral   = "central"
	HopClock     = "clock"
	HopLAN       = "lan"
)

// Hops are all of them, in the order in which they are tried.
var Hops = []string{HopDisk, HopFile, HopEnrolment, HopName, HopProxy, HopPort, HopTLS, HopCentral, HopClock, HopLAN}

// How a hop is.
const (
	HopOK      = "ok"
	HopWarn    = "warn"    // work and sync go on, but somebody should look
	HopWrong   = "wrong"   // this is what is wrong
	HopUntried = "untried" // one before it is wrong
)

// Finding is what was found out about a hop. Code is the key of its words,
// which say what to do; Detail are facts beside them: addresses, names of
// certificates, times. Neither holds a secret or anything of a customer.
type Finding struct {
	Hop    string `json:"hop"`
	State  string `json:"state"`
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

// FindingCodes are all codes of findings.
func FindingCodes() []string {
	return []string{"untried",
		"disk_ok", "disk_low", "disk_denied", "disk_slow", "disk_broken",
		"file_ok", "file_aside", "file_damaged", "file_unread",
		"enrolment_ok", "enrolment_none", "enrolment_expired", "enrolment_clock",
		"name_ok", "name_address", "name_unknown",
		"proxy_none", "proxy_ok", "proxy_down", "proxy_refuses",
		"port_ok", "port_refused", "port_silent",
		"tls_ok", "tls_other", "tls_not", "tls_cut",
		"central_ok", "central_busy", "central_strange", "central_version", "central_unknown", "central_certificate", "central_silent", "central_fork", "central_clock",
		"clock_ok", "clock_off", "clock_set", "clock_unsure",
		"lan_ok", "lan_off", "lan_closed", "lan_alone", "lan_blocked", "lan_clock"}
}

// Doctor tries hop after hop what keeps this workstation from head office.
func (d *Desk) Doctor(ctx context.Context) ([]Finding, error) {
	if d.o.Doctor == nil {
		return nil, notFound("no_board", "head office has no line to itself")
	}
	return d.o.Doctor(ctx), nil
}

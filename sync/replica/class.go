package replica

// Class says what kind of failure it was.
type Class uint8

// The classes. From Certificate on they are troubles: waiting alone will
// hardly settle them.
const (
	// Line: no answer; the line, or central, is down.
	Line Class = iota + 1
	// Busy: central answered that it cannot now.
	Busy
	// Local: the node's own file could not be read or written.
	Local
	// Certificate: one side does not accept the certificate of the other.
	Certificate
	// Expired: the node's certificate has expired; renewal is on its way.
	Expired
	// Ahead: own changes are stamped far ahead of central's time.
	Ahead
	// Unknown: central does not know this node, or revoked it.
	Unknown
	// Fork: central knows another history of this node.
	Fork
	// Version: no common protocol version.
	Version
	// Rejected: one side cannot accept what the other sends.
	Rejected
)

// trouble reports whether a person has to look.
func (c Class) trouble() bool { return c >= Certificate }

// offline reports whether the failure says that central cannot be worked with
// at all, not just in this one thing.
func (c Class) offline() bool {
	switch c {
	case Line, Certificate, Expired, Unknown, Version:
		return true
	}
	return false
}

// String is a stable word for logs and transcripts.
func (c Class) String() string {
	switch c {
	case 0:
		return "none"
	case Line:
		return "line"
	case Busy:
		return "busy"
	case Local:
		return "local"
	case Certificate:
		return "certificate"
	case Expired:
		return "expired"
	case Ahead:
		return "ahead"
	case Unknown:
		return "unknown"
	case Fork:
		return "fork"
	case Version:
		return "version"
	case Rejected:
		return "rejected"
	}
	return "?"
}

// Words says in plain words what is wrong and what helps; empty for no class.
func (c Class) Words() string {
	switch c {
	case Line:
		return "Central cannot be reached. Work goes on; what is saved here is sent when the line is back."
	case Busy:
		return "Central is reached but cannot answer now. It is tried again by itself."
	case Local:
		return "The file of this workstation cannot be read or written. Check the disk; run bough check."
	case Certificate:
		return "Central and this workstation do not accept each other's certificate. Check the address of central; if it is right, enrol this workstation again."
	case Expired:
		return "The certificate of this workstation has expired. A new one is being asked for."
	case Ahead:
		return "The clock of this workstation was far ahead. What was written is stamped anew with head office's time and sent then."
	case Unknown:
		return "Central does not know this workstation, or has revoked it. Ask head office; it may have to be enrolled again."
	case Fork:
		return "Central knows another history of this workstation: its file was restored from a backup or copied. What is typed here is kept and sent under a new number by itself."
	case Version:
		return "This workstation and central run versions that do not understand each other. One of them has to be upgraded."
	case Rejected:
		return "Central and this workstation do not understand what the other sends. What is typed here is kept; tell head office."
	}
	return ""
}

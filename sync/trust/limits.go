package trust

import (
	"errors"
	"time"
)

// Limits, each with its reason.
const (
	// authorityLife is longer than any machine of a bank: changing the authority means enrolling every node again.
	authorityLife = 20 * 365 * day
	// serverLife is generous, for central makes its server certificate anew at each start.
	serverLife = 365 * day
	// nodeLife is short, so that a stolen workstation's certificate dies by itself within a quarter.
	nodeLife = 90 * day
	// RenewableFor is how long after its end a node's certificate still proves who asks for a new one: 400 days of
	// absence and a margin.
	RenewableFor = 500 * day
	// backdate lets a certificate work at once on machines whose clocks run a little late.
	backdate = time.Hour
	// MaxSession is the longest time one sign-in may last: a working day with overtime.
	MaxSession = 12 * time.Hour

	// maxPEM is many times the size of a key or certificate of ours.
	maxPEM = 16 << 10
	// maxRequest is many times the size of a node's certificate request.
	maxRequest = 4 << 10
	// maxCertificate is many times the size of a node's certificate.
	maxCertificate = 4 << 10
	// maxRenewals is how often a workstation may become another origin before central certifies it: each time is a
	// restored backup or a clone.
	maxRenewals = 8
	// maxFormers is how many former origins a certificate names, the newest: each was a restored backup or a clone, and
	// what is still written in a session of one is hours old. They take 30 bytes each.
	maxFormers = 16
	// MaxCredential is what a certificate with its renewals may take, in bytes.
	MaxCredential = maxCertificate + maxRenewals*renewalBytes
	// maxOffice keeps the authority's common name under the 64 characters of X.520.
	maxOffice = 40
	// maxProven is more certificates than a bank has workstations: the memory of those that were verified.
	maxProven = 16 << 10
	// maxHosts is more names than one central has addresses.
	maxHosts = 64
	// maxHostName is the limit of DNS.
	maxHostName = 253
	// maxOrigin: ids are 63 bits, 31 of them the origin.
	maxOrigin = 1<<31 - 1
	// maxSignature is the longest ASN.1 form of a P-256 signature.
	maxSignature = 72
	// maxKeyTries bounds the search for a P-256 scalar; one try fails with a chance of 2^-32.
	maxKeyTries = 8

	// MinPassword and MaxPassword, in bytes: shorter is guessed, longer is a file pasted by mistake.
	MinPassword = 8
	MaxPassword = 200
	// maxCostTime, maxCostMemoryKiB and maxCostThreads bound what a sealed key may ask of the machine that opens it:
	// 256 MiB is what a workstation with 4 GiB can spare.
	maxCostTime      = 10
	maxCostMemoryKiB = 256 << 10
	maxCostThreads   = 16

	// freeFailures is how often anyone may mistype before having to wait.
	freeFailures = 5
	// firstWait doubles with each further failure up to longestWait: a guesser gets a hundred tries a day, and a
	// clerk who remembers again is kept waiting for no longer than a coffee.
	firstWait   = 30 * time.Second
	longestWait = 15 * time.Minute

	// handshakeCache is how many TLS sessions a node remembers; it talks to one central.
	handshakeCache = 16

	day = 24 * time.Hour
)

// What can be wrong. All errors of this package wrap one of these, or the error of a reader that was handed in.
var (
	// ErrMalformed: the bytes are not what they should be.
	ErrMalformed = errors.New("the data is damaged or of another kind")
	// ErrInvalid: a value handed in by the program itself is out of range.
	ErrInvalid = errors.New("a value is out of range")
	// ErrOtherCentral: the certificate or fingerprint belongs to another authority.
	ErrOtherCentral = errors.New("this was not certified by the central that is known here")
	// ErrWrongRole: a node's certificate where central's is wanted, or the other way round.
	ErrWrongRole = errors.New("the certificate is genuine but was not issued for this use")
	// ErrBadCertificate: the certificate breaks a rule of X.509.
	ErrBadCertificate = errors.New("the certificate is not valid")
	// ErrExpired: past the last day of the certificate; a node has to renew it.
	ErrExpired = errors.New("the certificate has expired")
	// ErrNotYetValid: before its first day, which means that a clock is wrong.
	ErrNotYetValid = errors.New("the certificate is not valid yet: the clock here or at central is wrong")
	// ErrTooLate: expired for so long that renewing is refused; the node has to be enrolled again.
	ErrTooLate = errors.New("the certificate expired too long ago to be renewed: enrol this node again")
	// ErrNoCertificate: the other side showed none.
	ErrNoCertificate = errors.New("a node's certificate is required here and none was shown")
	// ErrBadSignature: the content, the signature or the key was changed.
	ErrBadSignature = errors.New("the signature does not fit what was signed")
	// ErrOtherKey: a certificate and a key that do not belong together.
	ErrOtherKey = errors.New("the certificate belongs to another key")
	// ErrNotACode: a typing error, as opposed to a code that was used or has expired, which only central can tell.
	ErrNotACode = errors.New("this is not an enrolment code")
	// ErrWrongPassword: the password is wrong, or the sealed key was altered or belongs to somebody else; which of
	// these cannot be told apart.
	ErrWrongPassword = errors.New("the password is wrong")
	// ErrPasswordShort: too easy to guess.
	ErrPasswordShort = errors.New("the password is too short: it needs at least 8 characters")
	// ErrPasswordLong: more than MaxPassword bytes.
	ErrPasswordLong = errors.New("the password is too long: 200 bytes are the limit")
	// ErrCost: a sealed key asks for more, or a caller for less, work than is allowed.
	ErrCost = errors.New("the cost of opening the sealed key is outside its limits")
	// ErrSessionSpan: a session that ends before it starts or lasts longer than MaxSession.
	ErrSessionSpan = errors.New("a session lasts more than nothing and at most 12 hours")
	// ErrOtherPerson: a session signed by somebody other than it names.
	ErrOtherPerson = errors.New("the session names another person than the certificate")
)

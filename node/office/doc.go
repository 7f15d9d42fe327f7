// Package office holds the acts of head office, one method an act: people and
// their keys, roles and rights, branches, enrolment, the core-banking feed. It
// is also the judge of what nodes send: certificate and chain are checked by
// sync/central, session, role, branch and field here.
//
// It knows no HTTP; time and randomness are handed in.
//
// Locks: none of its own; central serialises what writes.
//
// Tests use a real central on a real file. A workstation's journal is written
// by hand there, so that every reason to refuse is provoked by a real change.
package office

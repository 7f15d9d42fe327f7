// Package teller holds the pages for serving customers: find, the customer,
// wrap-up, details, ways to reach, consent, prospects, conflicts, the outage.
// One file holds one screen: its form, its view, its handlers. Central shows
// the same customer pages; Pages registers them for both.
//
// Invariants: a form that the desk refuses comes back with what was typed; a
// saved form answers with a redirect; every edit carries the stamps of the
// values that were on screen; a stop keeps everything behind it closed until
// it was acknowledged in this session.
//
// The package keeps no state and takes no locks. Tests go through real requests
// to a real desk.
package teller

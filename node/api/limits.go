package api

// The limits of the API, each with its reason.
const (
	// maxBodyBytes: the largest form, a wrap-up with a long note, stays under
	// 100 KiB; above 1 MiB it is no form.
	maxBodyBytes = 1 << 20
	// defaultLimit fills a screen; maxLimit keeps an answer near 1 MiB.
	defaultLimit = 50
	maxLimit     = 1000
	// maxQueryRunes: longer than any name, number or address.
	maxQueryRunes = 200
	// maxKeyBytes holds a UUID or a hash with a prefix.
	maxKeyBytes = 200
	// maxAheadMS is how far a clerk's clock may be ahead; central refuses more.
	maxAheadMS = 5 * 60 * 1000
	// oldestMS is 1900-01-01: nothing a clerk notes happened before.
	oldestMS = -2208988800000
	// maxDueMS is how far ahead a promise may be due: a century.
	maxDueMS = 100 * 366 * 24 * 60 * 60 * 1000
	// maxSaw is how many stamps of one field a request may name: its value and
	// the conflicts it settles.
	maxSaw = 64
)

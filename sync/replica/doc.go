// Package replica is a node's side of sync as a state machine: told what
// happened (Step) and what time it is (Tick), it says what to do next (Ready).
// It decides what to push, what to pull, when to wait and for how long.
//
// It does no I/O, starts no goroutine and reads no clock: sync/uplink carries
// its actions out over HTTPS, the simulator over a make-believe network, and
// both run the same machine. It does not know rows either: it hands pages on.
//
// # How an executor uses it
//
//	r.Tick(now)                     // before every Step, and when Next says so
//	r.Step(event)                   // an answer, or news from the file
//	for _, a := range r.Ready() {   // each action is handed out once
//		…                           // carry it out, Step its outcome
//	}
//
// Every Push, Pull, Apply, Rewind, Watch and Report carries a ticket and ends in
// exactly one event with that ticket: its answer, or Failed. An executor must
// see to it that a lost answer becomes Failed (a timeout). What comes with
// another ticket, late or twice, is passed over, so a network may repeat and
// reorder as it likes.
//
// # Rules
//
//   - At most one push, one pull (from its asking to the end of its Apply or
//     Rewind), one watch and one report of receipts are in flight. They run
//     independently: a push that is stuck does not stop the pulls.
//   - What was pushed counts as taken only when the last page of the last
//     scope says so; therefore a pull of that scope follows each push.
//   - A push also passes on what is held of neighbours, even where nothing own is
//     to be sent. What central has of them is for the executor to remember.
//   - After a failure the slot that failed waits a random time (full jitter)
//     below a bound that doubles up to the cap. Success forgets it; contact of
//     any slot also forgets the waits of the others that were due to the line.
//     A trouble that a person must settle (a refused certificate, a fork) is
//     tried again below the cap at once, and stands in Status with its words.
//   - Central, where it is crowded, names the time at which it wants to be asked
//     again, which goes before the wait above.
//   - After each failure of a slot its next batch is half as large, down to
//     minLimit, and after each success twice: on a bad line small batches get
//     through.
//   - A page whose vector has own changes that central has not yet confirmed by
//     answering a push, and so under our own hashes, waits for that answer, which
//     counts up to the last change that was in the push:
//     else a restored file could take the numbers of its former life for its
//     own. Of a fork that is known none is applied: the rows of the other
//     history have ids that this file gave to others. The executor makes the file
//     go on as another origin, with a machine of its own.
//   - A page of which not all rows can be read is asked for again in halves, at once,
//     until one row is left. That comes as a page that has it aside, and is taken
//     like any other: cursor, vector and digest count.
//   - Central's word on what it has taken counts more than our memory of it: a
//     lower number (central was restored) makes the machine send again from
//     there, a higher one than the file ever wrote means that the file is a
//     restored backup or a clone.
//   - A page of another feed epoch than the one known is not applied: the scope
//     is rewound and read from 0. So is a feed out of which central has taken
//     leave entries that were not read here: then what is not met again goes at
//     its end. A reading from 0 holds as long as central has every leave entry
//     after the head of its first page; else it begins again.
//
// # A narrow line
//
// Limit sets what bulk may take of the line. Everything that is carried (Spent)
// is taken out of a bucket; a page, or a push of a backlog, begins only when the
// bucket is not in debt, and is small enough not to hold the line for long. A
// push of what clerks do now waits for nothing.
//
// # Slices
//
// The machine copies what it keeps of a Config and of an event. The Page of a
// Paged event belongs to the machine until Ready hands it on in Apply, then to
// the executor; the machine never writes to it. What Ready and State return is the
// caller's.
//
// # Locks and tests
//
// No locks: one goroutine owns a Replica. Transcripts in testdata tell what
// happens in prose and verbs; go test -update writes their expectations anew.
// Properties are held over random networks.
package replica

// Package transcripttest runs stories that are kept as text: what is done, and what
// came of it, side by side.
//
// A file is blocks with an empty line between: comments (#), verbs one a line,
// "----", and what comes out. Verbs are the business of each test; a story whose
// outcome differs fails. It knows nothing of bough. Its own test plays a story by heart.
package transcripttest

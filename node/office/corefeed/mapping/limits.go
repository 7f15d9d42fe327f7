package mapping

// Limits. A mapping is written by a person and read by one.
const (
	MaxBytes    = 1 << 20 // of one mapping file: a hundred times Berka's
	maxErrors   = 20      // listed at once; more helps nobody
	maxName     = 64      // bytes of a feed's, file's or lookup's name
	MaxText     = 2048    // bytes of one text of a feed: more is a shifted column
	MaxKey      = 200     // bytes of a key in the core
	maxShown    = 40      // characters of a bad value that a reason repeats
	maxSkip     = 10000   // lines of preamble
	minYear     = 1800    // nobody alive, no bank older
	maxYear     = 2199    // no term runs longer
	maxDigits   = 6       // decimal digits of a currency's minor unit
	monthsAdded = 50      // what WW adds to the month of a woman's birth
)

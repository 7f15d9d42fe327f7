package imports

// Limits.
const (
	MaxUpload    = 512 << 20 // bytes of one upload: the widest core feed known has 180 MB
	maxPlain     = 2 << 30   // bytes of what a packed file unfolds to
	maxFiles     = 20        // of one import: a core has a dozen tables
	maxFileName  = 100       // bytes
	maxName      = 60        // bytes of a kept map's name
	maxMaps      = 100       // kept maps: a page lists them
	maxList      = 200       // imports listed
	pieceBytes   = 256 << 10 // of a file that are sealed at a time
	headBytes    = 256 << 10 // looked at to guess how a file is written
	headLines    = 200       // looked at to guess what is in a column
	partRows     = 2000      // written in one transaction: others wait a tenth of a second
	maxRefused   = 100_000   // refused lines that are kept to be downloaded
	maxTold      = 500       // things that an undo leaves, told one by one
	maxCodes     = 12        // different texts of a column that are taken for codes
	dayMS        = 24 * 60 * 60 * 1000
	abandonedMS  = 7 * dayMS  // after which an import that nobody wrote is forgotten, with its files
	forgottenMS  = 30 * dayMS // after which refused lines are forgotten
	sweepEveryMS = 60 * 60 * 1000
)

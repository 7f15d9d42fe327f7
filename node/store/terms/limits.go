package terms

// Limits. Each keeps the work and the size of one call bounded, whatever is
// typed or stored.
const (
	// maxTyped is how many runes of a typed text count: a clerk types a name
	// and a number, not a letter.
	maxTyped = 100
	// maxParts is how many words of a typed text count: each is a look-up.
	maxParts = 8
	// maxName is how many runes of one stored text are indexed: the longest
	// legal names of organisations stay below it.
	maxName = 200
	// maxTexts is how many names, numbers or other texts of one document are
	// indexed: nobody has more ways to be reached.
	maxTexts = 64
	// maxTerm is the longest term in bytes: six Chinese syllables fit, and
	// nearly every word and account number.
	maxTerm = 32
	// maxBegin is the longest beginning of a word that is indexed as a term of
	// its own. A prefix query first merges the rows of all words that begin so:
	// 8 ms for "wang" among 200,000 names, 0.3 ms as a term. Six letters are
	// rare enough, and no syllable is longer than six.
	maxBegin = 5
	// minTail is the shortest end of a number that is searched: three digits
	// would find a thousandth of the bank.
	minTail = 4
	// maxReadings is how many readings of one character are indexed: readings
	// beyond the fourth are those of dictionaries, not of people.
	maxReadings = 4
	// maxCombinations is how many ways to read one name are indexed.
	maxCombinations = 16
	// maxSpoken is how many characters of one name are read: nobody types the
	// pinyin of the end of a long company name.
	maxSpoken = 24
	// maxSounds is how many sounds of one name are indexed: it binds only long
	// company names with many ambiguous characters.
	maxSounds = 96
	// maxPersonal is the longest run of Han that may be a person's name, and
	// so has a surname and mixed forms.
	maxPersonal = 6
	// maxJoined is how many words a name may have for its words to be indexed
	// run together as well: longer ones belong to organisations.
	maxJoined = 5
	// maxPrefixLetters is the longest word that may be the letters before the
	// digits of a document number ("AB 123456").
	maxPrefixLetters = 3
)

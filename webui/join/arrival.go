package join

// Source is where the file of a new workstation comes from.
type Source string

// The sources, and what a person may choose besides.
const (
	Neighbour Source = "neighbour"
	Central   Source = "central"
	Feed      Source = "feed"  // row by row, into an empty file
	Again     Source = "again" // no source: at once, and not after the pause
)

// Step is what an arrival does now.
type Step string

// The steps.
const (
	Looking  Step = "looking"  // for neighbours
	Fetching Step = "fetching" // parts come
	Checking Step = "checking" // all are here, and held against head office's
	Settling Step = "settling" // the file is in its place and opened
	Failed   Step = "failed"   // it cannot be opened
)

// Trouble is why an arrival does not go on, or why a source was left.
type Trouble string

// The troubles.
const (
	Cut       Trouble = "cut"       // the line broke, or the other side does not answer
	Occupied  Trouble = "occupied"  // the neighbour serves another, or waits for head office
	Release   Trouble = "release"   // its program lays out files otherwise
	None      Trouble = "none"      // it gives none
	Forgotten Trouble = "forgotten" // it does not keep what was begun; it begins anew
	Damaged   Trouble = "damaged"   // a part is not as it was sent
	Lies      Trouble = "lies"      // the rows are not head office's
	Unproved  Trouble = "unproved"  // nobody reaches head office to confirm the copy
)

// Past is a source that was tried and left.
type Past struct {
	Source Source
	Name   string
	Why    Trouble
}

// Arrival is how the first file of a new workstation stands.
type Arrival struct {
	Source  Source // empty: not known yet
	Name    string // of the neighbour
	Step    Step
	Done    int   // parts that are here, of
	Total   int   // so many; 0: not known yet
	First   int   // parts that were here when this process began
	SinceMS int64 // when the first part of this process came, ms UTC
	Bytes   int64 // that came in this process
	Whole   int64 // about so many will have come
	LeftMS  int64 // about so long, ms
	Trouble Trouble
	Past    []Past // the last of them is the newest
}

// Percent is how much is here.
func (a *Arrival) Percent() int {
	if a.Total == 0 {
		return 0
	}
	return a.Done * 100 / a.Total
}

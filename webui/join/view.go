package join

import "fmt"

// arrivingView is the page of an arrival.
type arrivingView struct{ Arrival }

// Beside reports whether the file comes from a neighbour: head office is the way out.
func (v *arrivingView) Beside() bool { return v.Source == Neighbour }

// ShowLeft reports whether the time left says something.
func (v *arrivingView) ShowLeft() bool {
	return v.Step == Fetching && v.LeftMS > 0 && v.Trouble == ""
}

// Megabytes is what came, for people.
func (v *arrivingView) Megabytes() string { return megabytes(v.Bytes) }

// WholeMegabytes is about what will have come.
func (v *arrivingView) WholeMegabytes() string { return megabytes(max(v.Whole, v.Bytes)) }

func megabytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1e6) }

package terms

// edits counts the typing errors (a letter wrong, missing, too many, or two
// neighbours swapped: the distance of optimal string alignment) between what
// was typed and the beginning of a term, and between it and the whole term.
// Both counts stop mattering above most, and are then most+1.
func edits[T byte | rune](typed, term []T, most int) (begin, whole int) {
	if len(term) < len(typed)-most || len(typed) > maxTerm {
		return most + 1, most + 1
	}
	// Beyond this length a term can only be begun, not whole.
	reach := min(len(term), len(typed)+most)
	var rows [3][maxTerm + 1]int
	above, row, spare := &rows[0], &rows[1], &rows[2]
	for i := range len(typed) + 1 {
		row[i] = i
	}
	// Each round takes one more letter of the term; row[i] is the distance of
	// the term so far to the first i letters typed.
	begin = row[len(typed)]
	for j := 1; j <= reach; j++ {
		above, row, spare = row, spare, above
		row[0] = j
		for i := 1; i <= len(typed); i++ {
			cost := 1
			if typed[i-1] == term[j-1] {
				cost = 0
			}
			row[i] = min(row[i-1]+1, above[i]+1, above[i-1]+cost)
			if i > 1 && j > 1 && typed[i-1] == term[j-2] && typed[i-2] == term[j-1] {
				row[i] = min(row[i], spare[i-2]+1)
			}
		}
		begin = min(begin, row[len(typed)])
	}
	whole = most + 1
	if reach == len(term) {
		whole = min(whole, row[len(typed)])
	}
	return min(begin, most+1), whole
}

// allowedEdits is how many typing errors a word of so many runes may hold.
func allowedEdits(runes int) int {
	switch {
	case runes >= 8:
		return 2
	case runes >= 4:
		return 1
	}
	return 0
}

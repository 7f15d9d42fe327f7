package replica

// slot is one thing that is in flight at most once.
type slot struct {
	ticket   uint64 // of what is in flight; 0: nothing
	failures int    // in a row
	shrink   int    // batches are halved so often: one more by each failure, one less by each success
	class    Class  // of the last failure; 0 after a success
	detail   string
	waitMS   int64 // nothing is begun before this instant
}

// free reports whether something may begin at now.
func (s *slot) free(nowMS int64) bool { return s.ticket == 0 && nowMS >= s.waitMS }

// fail ends what is in flight in vain, and says how long to wait.
func (s *slot) fail(nowMS int64, class Class, boundMS int64, chance float64) {
	s.ticket = 0
	s.failures++
	s.shrink = min(s.shrink+1, maxShrink)
	s.class = class
	s.waitMS = nowMS + int64(chance*float64(boundMS+1))
}

// appoint makes a slot that failed wait for the time that central named, and a
// little longer. The batch was not to blame.
func (s *slot) appoint(atMS int64, chance float64) {
	s.waitMS = atMS + int64(chance*appointmentMS)
	s.shrink = max(s.shrink-1, 0)
}

// clear forgets failures.
func (s *slot) clear() { s.failures, s.class, s.detail, s.waitMS = 0, 0, "", 0 }

// succeed ends what is in flight well.
func (s *slot) succeed() {
	s.clear()
	s.ticket, s.shrink = 0, max(s.shrink-1, 0)
}

// bound is the longest wait after so many failures in a row.
func bound(failures int, class Class, capMS int64) int64 {
	if class.trouble() {
		return capMS
	}
	b := int64(firstBackoffMS)
	for range failures {
		if b *= 2; b >= capMS {
			return capMS
		}
	}
	return min(b, capMS)
}

// limit is how large the next batch may be.
func (s *slot) limit(most int) int {
	return max(min(most, minLimit), most>>s.shrink)
}

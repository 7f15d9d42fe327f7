package uplink

import (
	"errors"

	"bough/sync/wire"
)

// speaks is what central is known to speak; zero, as much as we do.
func (u *Uplink) speaks() wire.Versions {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.peer
}

// older notes that central refused a frame because it speaks less than it was
// spoken to, and reports whether it can be said in its words.
func (u *Uplink) older(err error) bool {
	var f *faultError
	if !errors.As(err, &f) || f.word != wire.FaultVersion || f.speaks == (wire.Versions{}) {
		return false
	}
	if _, err := wire.Supported().Meet(f.speaks); err != nil {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	known := wire.Supported().Max
	if u.peer.Max != 0 {
		known = u.peer.Max
	}
	if f.speaks.Max >= known {
		return false
	}
	u.peer = f.speaks
	return true
}

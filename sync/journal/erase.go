package journal

import (
	"crypto/sha256"

	"bough/crdt"
)

// Erase makes the bodies that match leave nothing but their hash: the chain
// over them still verifies, and without the salt nobody can guess what they
// said. It tells how many it erased.
func Erase(bodies []Body, match func(*crdt.Op) bool) (n int) {
	for i := range bodies {
		b := &bodies[i]
		if b.Closed() || !match(&b.Op) {
			continue
		}
		*b = Body{Erased: true, Hash: sha256.Sum256(b.Op.Append(b.Salt[:]))}
		n++
	}
	return n
}

// Live are the bodies that say something.
func (c *Change) Live() (n int) {
	for i := range c.Bodies {
		if !c.Bodies[i].Erased {
			n++
		}
	}
	return n
}

package central

import "fmt"

// Of a workstation that was revoked nothing is taken over the line. What it wrote
// before comes by neighbours, and on sticks that it wrote while it had no line: of
// neither can be told who wrote it, its people or whoever has the machine now.

// ofRevoked holds what comes of a revoked workstation, whatever else it would be
// held for, so that nothing but a decision takes it; r is why it would not be taken
// anyway. What rests on its own work that is held already comes along with that.
func (b *Batch) ofRevoked(n *Node, r *Refusal) (*Refusal, error) {
	message := "its workstation was revoked before this came, by a neighbour or on a stick: look whether its people wrote it"
	if r != nil {
		if !r.Hold {
			return r, nil
		}
		along, err := b.restsOnOwn(n, r)
		if err != nil || along {
			return r, err
		}
		message = fmt.Sprintf("%s; besides, %s", message, r.Message)
	}
	return &Refusal{Code: CodeRevoked, Hold: true, Message: message}, nil
}

// restsOnOwn reports whether a change waits for held ones of its own workstation
// alone.
func (b *Batch) restsOnOwn(n *Node, r *Refusal) (bool, error) {
	for _, on := range r.rests {
		_, own, err := b.Tx.Int(`SELECT 1 FROM held WHERE id=?1 AND origin=?2 AND code IN (?3, ?4)`, int64(on), int64(n.Origin), CodeRevoked, CodeWaits)
		if err != nil || !own {
			return false, err
		}
	}
	return len(r.rests) > 0, nil
}

package gossip

import (
	"slices"
	"strconv"

	"github.com/hashicorp/memberlist"

	"bough/crdt"
)

// delegate is what the library asks and tells us. None of it may block.
type delegate struct{ g *Gossip }

// NodeMeta implements memberlist.Delegate: everything stands in the state.
func (delegate) NodeMeta(int) []byte { return nil }

// NotifyMsg implements memberlist.Delegate: a state that is news is passed on.
func (d delegate) NotifyMsg(b []byte) {
	s, err := decodeState(b)
	if err != nil {
		return // of a newer release, or of a fool with the key
	}
	raw := slices.Clone(b)
	if d.g.hear(s, raw) {
		d.g.queue.QueueBroadcast(broadcast{origin: s.Origin, raw: raw})
		poke(d.g.wake)
	}
}

// GetBroadcasts implements memberlist.Delegate.
func (d delegate) GetBroadcasts(overhead, limit int) [][]byte {
	return d.g.queue.GetBroadcasts(overhead, limit)
}

// LocalState implements memberlist.Delegate: all states that are known.
func (d delegate) LocalState(bool) []byte {
	d.g.mu.Lock()
	defer d.g.mu.Unlock()
	list := [][]byte{d.g.own}
	for _, h := range d.g.heard {
		list = append(list, h.raw)
	}
	return encodeStates(list)
}

// MergeRemoteState implements memberlist.Delegate.
func (d delegate) MergeRemoteState(b []byte, _ bool) {
	news := false
	for _, s := range decodeStates(b) {
		news = d.g.hear(s, s.encode()) || news
	}
	if news {
		poke(d.g.wake)
	}
}

// events tells that somebody came or went. The library holds its lock then, so
// that nothing of it may be asked, and its nodes stand still.
type events struct{ g *Gossip }

// NotifyJoin implements memberlist.EventDelegate; a member that comes back at
// another address is one that joins.
func (e events) NotifyJoin(n *memberlist.Node) {
	if origin, ok := originOf(n); ok {
		e.g.came(origin, n.Address())
		poke(e.g.wake)
	}
}

// NotifyLeave implements memberlist.EventDelegate.
func (e events) NotifyLeave(n *memberlist.Node) {
	if origin, ok := originOf(n); ok {
		e.g.went(origin)
		poke(e.g.wake)
	}
}

// NotifyUpdate implements memberlist.EventDelegate: nobody has a meta.
func (events) NotifyUpdate(*memberlist.Node) {}

// originOf is the origin that a node of the library stands for.
func originOf(n *memberlist.Node) (crdt.Origin, bool) {
	origin, err := strconv.ParseUint(n.Name, 10, 31)
	return crdt.Origin(origin), err == nil
}

// broadcast is a state on its way.
type broadcast struct {
	origin crdt.Origin
	raw    []byte
}

// Invalidates implements memberlist.Broadcast: of one origin the newest goes.
func (b broadcast) Invalidates(other memberlist.Broadcast) bool {
	o, is := other.(broadcast)
	return is && o.origin == b.origin
}

// Message implements memberlist.Broadcast.
func (b broadcast) Message() []byte { return b.raw }

// Finished implements memberlist.Broadcast.
func (broadcast) Finished() {}

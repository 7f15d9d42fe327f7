package node

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"slices"
	"strconv"
	"time"

	"bough/crdt"
	"bough/node/desk"
	"bough/sync/gossip"
	"bough/sync/rows"
)

// Names of the files of the LAN side.
const (
	branchKeyName = "branch.key"
	lastSeenName  = "neighbours.json"
)

// How often a node asks central for its neighbours.
const (
	acquaintEvery = 10 * time.Minute
	acquaintAlone = time.Minute     // while nobody is here
	acquaintAgain = 5 * time.Second // while the line is down, or the key is not known
)

// acquaint learns of neighbours from central, whenever the line is up, and
// begins to gossip once the key of the branch is known.
func (b *Branch) acquaint(ctx context.Context, n *neighbours) {
	if keys, err := b.dir.read(branchKeyName); err == nil {
		b.talk(n, keys)
	}
	for {
		pause := acquaintAgain
		if b.up().State().Online && b.introduce(ctx, n) {
			pause = acquaintEvery
			if g := n.gossip.Load(); g != nil && !slices.ContainsFunc(g.Heard(), func(h gossip.Heard) bool { return h.Here }) {
				pause = acquaintAlone
			}
		}
		select {
		case <-b.o.After(pause):
		case <-n.online:
		case <-ctx.Done():
			return
		}
	}
}

// introduce tells central where this node gossips and takes in what it says.
func (b *Branch) introduce(ctx context.Context, n *neighbours) bool {
	address := ""
	if g := n.gossip.Load(); g != nil {
		address = g.Address()
	}
	answer, err := b.up().Neighbours(ctx, address)
	if err != nil {
		b.o.Log.Debug("central does not tell of neighbours", "error", err)
		return false
	}
	if len(answer.BranchKey) != gossip.KeySize {
		return true // an older central: there are the addresses that were given
	}
	keys := slices.Concat(answer.BranchKey, answer.PreviousKey)
	if kept, err := b.dir.read(branchKeyName); err != nil || !bytes.Equal(kept, keys) {
		if err := b.dir.write(branchKeyName, keys); err != nil {
			b.o.Log.Error("keeping the key of the branch failed", "error", err)
		}
	}
	g := n.gossip.Load()
	if g == nil {
		b.talk(n, keys)
		if g = n.gossip.Load(); g != nil {
			g.Know(answer.Addresses)
		}
		return false // soon again: central does not know our address yet
	}
	if err := g.Rekey(answer.BranchKey, answer.PreviousKey); err != nil {
		b.o.Log.Error("the key of the branch was turned, and is not taken", "error", err)
	}
	g.Know(answer.Addresses)
	return true
}

// talk begins to gossip, beside the listener for data, which has the port itself.
// keys is the key of the branch and, after it, perhaps the one before.
func (b *Branch) talk(n *neighbours, keys []byte) {
	key := keys[:min(len(keys), gossip.KeySize)]
	at, err := beside(b.gossipAddress())
	as := ""
	if b.o.LANAs != "" && err == nil {
		as, err = beside(b.o.LANAs)
	}
	var g *gossip.Gossip
	if err == nil {
		g, err = gossip.New(gossip.Options{Origin: b.Origin(), Key: key, Previous: keys[len(key):], Bind: at, As: as, Log: b.o.Log, Now: b.nowMS,
			After: b.o.After, Rand: b.o.Rand, Known: b.lastSeen(), State: func() gossip.State { return b.stand(n) }, Changed: func() { b.heardOfNeighbours(n) }})
	}
	if err != nil {
		b.o.Log.Error("neighbours cannot be looked for; those that were named are asked", "error", err)
		return
	}
	n.gossip.Store(g)
	g.Start()
}

// beside is the next port; of any port, any.
func beside(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "0" {
		return address, err
	}
	p, err := strconv.ParseUint(port, 10, 16)
	return net.JoinHostPort(host, strconv.FormatUint(p+1, 10)), err
}

func (b *Branch) gossipAddress() string {
	if b.o.LAN != "" {
		return b.o.LAN
	}
	return b.me.LAN
}

// say makes the neighbours hear how this node stands.
func (n *neighbours) say() {
	if g := n.gossip.Load(); g != nil {
		g.Say()
	}
}

// stand is how this node stands, for the others.
func (b *Branch) stand(n *neighbours) gossip.State {
	at := b.o.LANAs
	if at == "" {
		_, port, _ := net.SplitHostPort(n.lan.Addr())
		at = ":" + port
	}
	s := gossip.State{Name: b.me.Name, LAN: at, Line: b.up().State().Online, Frontier: b.Store.Held()}
	p, err := b.Store.Progress(context.Background())
	if err == nil {
		s.Unsent, s.OldestMS = p.Unsent, p.OldestMS
		s.Person, err = b.atDesk()
	}
	if err != nil {
		b.o.Log.Error("reading how this workstation stands failed", "error", err)
	}
	return s
}

// atDesk is who was signed in and did something last; 0: nobody.
func (b *Branch) atDesk() (person crdt.ID, err error) {
	err = b.Store.File.Read(context.Background(), func(tx *rows.Tx) error {
		id, _, err := tx.Int(`SELECT person FROM token WHERE until>?1 AND locked=0 ORDER BY seen DESC LIMIT 1`, b.nowMS())
		person = crdt.ID(id)
		return err
	})
	return person, err
}

// heardOfNeighbours follows who is here: whom to ask, and whether in haste.
func (b *Branch) heardOfNeighbours(n *neighbours) {
	g := n.gossip.Load()
	if g == nil {
		return
	}
	ask := slices.Clone(b.o.Peers)
	lacks := false
	for _, h := range g.Heard() { // also who is not here: data may pass where gossip does not
		if at := dataAddress(&h); at != "" && !slices.Contains(ask, at) {
			ask = append(ask, at)
		}
		lacks = lacks || h.Here && b.Store.Lacks(h.Frontier)
	}
	n.lan.Ask(ask)
	if lacks {
		n.lan.Hurry()
	}
	b.keepSeen(g.Known())
	b.Desk.Tell(nil)
}

// dataAddress is where a neighbour listens for data; empty when it does not say.
func dataAddress(h *gossip.Heard) string {
	host, port, err := net.SplitHostPort(h.LAN)
	if err != nil || port == "" {
		return ""
	}
	if host == "" {
		if host, _, err = net.SplitHostPort(h.Address); err != nil {
			return ""
		}
	}
	return net.JoinHostPort(host, port)
}

// lastSeen are the neighbours that were here before the last stop.
func (b *Branch) lastSeen() (addresses []string) {
	data, err := b.dir.read(lastSeenName)
	if err == nil {
		err = json.Unmarshal(data, &addresses)
	}
	if err != nil {
		return nil // the first start; or central tells
	}
	return addresses
}

func (b *Branch) keepSeen(addresses []string) {
	if slices.Equal(addresses, b.lastSeen()) {
		return
	}
	if err := b.dir.writeJSON(lastSeenName, addresses); err != nil {
		b.o.Log.Error("keeping the addresses of neighbours failed", "error", err)
	}
}

// besides tells the desk how the other workstations stand, and this one.
func (b *Branch) besides(ctx context.Context) ([]desk.Neighbour, error) {
	p, err := b.Store.Progress(ctx)
	if err != nil {
		return nil, err
	}
	person, err := b.atDesk()
	if err != nil {
		return nil, err
	}
	out := []desk.Neighbour{{Origin: b.Origin(), Person: person, Unsent: p.Unsent, OldestMS: p.OldestMS, Line: b.up().State().Online, HeardMS: b.nowMS(), Here: true}}
	n := b.neighbours.Load()
	if n == nil {
		return out, nil
	}
	heard := map[crdt.Origin]bool{}
	if g := n.gossip.Load(); g != nil {
		for _, h := range g.Heard() {
			heard[h.Origin] = true
			out = append(out, desk.Neighbour{Origin: h.Origin, Person: h.Person, Unsent: h.Unsent, OldestMS: h.OldestMS, Line: h.Line, HeardMS: h.AtMS, Here: h.Here})
		}
	}
	for _, peer := range n.lan.Peers() {
		if peer.Origin != 0 && !heard[peer.Origin] && peer.Origin != b.Origin() {
			out = append(out, desk.Neighbour{Origin: peer.Origin, HeardMS: peer.HeardMS, Here: peer.Trouble == "", Unknown: true})
		}
	}
	return out, nil
}

package uplink

import (
	"context"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/wire"
)

// vouch shows central who wrote those ranges that it passed over, for it does not
// know them; known is its answer. It reports whether it knows somebody now. Where it
// does not the ranges stay here: their author brings them, or a later push.
func (u *Uplink) vouch(ctx context.Context, ranges []journal.Range, known map[crdt.Origin]uint64) (some bool) {
	asked := map[crdt.Origin]bool{}
	for i := range ranges {
		origin := ranges[i].Head.Origin
		if _, is := known[origin]; is || asked[origin] || origin == u.o.Store.Origin() {
			continue
		}
		asked[origin] = true
		proof := u.o.Store.Proof(origin)
		if len(proof) == 0 {
			continue
		}
		if _, err := askJSON[wire.Vouched](ctx, u.line, wire.PathVouch, wire.Vouch{Credential: proof}); err != nil {
			u.o.Log.Info("central does not take in who wrote what is passed on", "origin", origin, "error", err)
			continue
		}
		some = true
	}
	return some
}

package node

import (
	"context"
	"fmt"

	"bough/node/api"
	"bough/sync/rows"
)

func scopes(ctx context.Context, f *rows.File) (map[string]api.ScopeStatus, error) {
	out := map[string]api.ScopeStatus{}
	err := f.Read(ctx, func(tx *rows.Tx) error {
		all, err := tx.Scopes()
		for _, sc := range all {
			out[fmt.Sprint(sc.Scope)] = api.ScopeStatus{Feed: uint64(sc.Feed), Digest: sc.Digest.String()}
		}
		return err
	})
	return out, err
}

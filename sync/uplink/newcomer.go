package uplink

import (
	"context"
	"fmt"

	"bough/sync/trust"
	"bough/sync/wire"
)

// What a workstation asks central that has no file yet. Of the options it needs
// those of the line.

// FetchNeighbours learns the key of the branch and where its nodes gossip.
func FetchNeighbours(ctx context.Context, o Options) (wire.Neighbours, error) {
	l, err := newLine(o)
	if err != nil {
		return wire.Neighbours{}, err
	}
	defer l.close()
	return askJSON[wire.Neighbours](ctx, l, wire.PathNeighbours, wire.Here{})
}

// FetchSealed asks central for a page, sealed.
func FetchSealed(ctx context.Context, o Options, q wire.Pull) ([]byte, error) {
	codec, err := wire.NewCodec()
	if err != nil {
		return nil, fmt.Errorf("uplink: %w", err)
	}
	ask, err := codec.EncodePull(&q)
	if err != nil {
		return nil, err
	}
	l, err := newLine(o)
	if err != nil {
		return nil, err
	}
	defer l.close()
	return l.ask(ctx, sealedRequest(ask))
}

func sealedRequest(ask []byte) request {
	return request{path: wire.PathSealed, body: ask, content: wire.ContentFrame, limit: wire.MaxSealed, within: exchangeFor}
}

// OpenSealed reads a page that came from anywhere, if central sealed it: ErrSeal
// if not.
func OpenSealed(root *trust.Root, sealed []byte) (*wire.Page, error) {
	codec, err := wire.NewCodec()
	if err != nil {
		return nil, fmt.Errorf("uplink: %w", err)
	}
	_, page, err := open(root, codec, sealed)
	return page, err
}

func open(root *trust.Root, codec *wire.Codec, sealed []byte) (*wire.Sealed, *wire.Page, error) {
	s, err := wire.Unseal(sealed)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSeal, err)
	}
	err = s.Check(func(message, signature []byte) error { return root.Check(trust.ContextFeedPage, message, signature) })
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSeal, err)
	}
	page, err := codec.DecodePage(s.Frame)
	if err != nil {
		return nil, nil, fmt.Errorf("uplink: a page that a neighbour handed on: %w", err)
	}
	page.Backed = 0 // told to each node itself
	return s, page, nil
}

package lan

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Author is who signs what a file itself wrote.
type Author struct {
	Certificate []byte // DER
	Sign        journal.Signer
}

// Follows encodes what of a file follows a frontier, less of it if it does not
// fit; nil when nothing does.
func Follows(ctx context.Context, s Store, codec *wire.Codec, have map[crdt.Origin]uint64, own Author) ([]byte, error) {
	limit := batchChanges
	for range shrinkTries {
		certificates, ranges, err := s.Sideways(ctx, have, limit, own.Sign)
		if err != nil || len(ranges) == 0 {
			return nil, err
		}
		certificates[s.Origin()] = own.Certificate
		b, err := Encode(codec, certificates, ranges)
		if err == nil || !errors.Is(err, wire.ErrTooLarge) || limit == 1 {
			return b, err
		}
		limit = max(1, limit/2)
	}
	return nil, errors.New("lan: what follows does not fit into an answer")
}

// Encode makes the bytes of an answer: ranges, with the certificates of their
// authors.
func Encode(codec *wire.Codec, certificates map[crdt.Origin][]byte, ranges []journal.Range) ([]byte, error) {
	answer, told := batch{ranges: ranges}, map[crdt.Origin]bool{}
	for i := range ranges {
		if author := ranges[i].Head.Origin; !told[author] {
			told[author] = true
			answer.certificates = append(answer.certificates, certificates[author])
		}
	}
	return answer.encode(codec)
}

// Open decodes what Follows made and verifies every range of it: a certificate
// of this branch under central's root proves its author, and its chain ends at
// a head they signed.
func Open(codec *wire.Codec, data []byte, root *trust.Root, branch int64) (map[crdt.Origin][]byte, []journal.Range, error) {
	b, err := decodeBatch(codec, data)
	if err != nil {
		return nil, nil, err
	}
	certificates := map[crdt.Origin][]byte{}
	checks := map[crdt.Origin]journal.Checker{}
	for _, der := range b.certificates {
		who, key, err := root.Author(der, branch)
		if err != nil {
			return nil, nil, fmt.Errorf("lan: certificate of an author: %w", err)
		}
		certificates[crdt.Origin(who.Origin)] = der
		checks[crdt.Origin(who.Origin)] = func(message, signature []byte) bool {
			return trust.CheckSigned(key, trust.ContextJournalHead, message, signature) == nil
		}
	}
	for i := range b.ranges {
		r := &b.ranges[i]
		check := checks[r.Head.Origin]
		if check == nil {
			return nil, nil, fmt.Errorf("%w: origin %d", ErrNoProof, r.Head.Origin)
		}
		if err := r.Verify(check); err != nil {
			return nil, nil, fmt.Errorf("lan: range of %d: %w", r.Head.Origin, err)
		}
	}
	return certificates, b.ranges, nil
}

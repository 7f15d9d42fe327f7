package trust

import (
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// The bank was founded five years before noon, so that nodes can be years late.
var (
	founded = noon.AddDate(-5, 0, 0)
	noon    = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

// cheap keeps tests quick; it protects nobody.
var cheap = Cost{Time: 1, MemoryKiB: 64, Threads: 1}

func seeded(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

// must is for calls that cannot fail in the test at hand.
func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// bank is an authority with one enrolled node.
type bank struct {
	authority *Authority
	root      *Root
	identity  *Identity
	node      Node
	cert      *x509.Certificate
}

func newBank(t testing.TB, seed byte) bank {
	t.Helper()
	random := seeded(seed)
	a := must[*Authority](t)(NewAuthority("first-bank", founded, random))
	i := must[*Identity](t)(NewIdentity(random))
	b := bank{authority: a, root: a.Root(), identity: i, node: Node{Origin: 77, Branch: 3}}
	b.cert = b.issueNode(t, b.node, noon)
	return b
}

func (b bank) issueNode(t testing.TB, node Node, now time.Time) *x509.Certificate {
	t.Helper()
	request := must[[]byte](t)(b.identity.Request())
	return must[*x509.Certificate](t)(b.authority.IssueNode(node, request, now, seeded(9)))
}

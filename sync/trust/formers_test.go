package trust

import (
	"crypto/x509"
	"slices"
	"testing"
)

func TestACertificateNamesTheFormerOriginsNewestFirst(t *testing.T) {
	b := newBank(t, 1)
	request := must[[]byte](t)(b.identity.Request())
	many := make([]uint32, 3*maxFormers)
	for i := range many {
		many[i] = maxOrigin - uint32(i)
	}
	for _, formers := range [][]uint32{nil, {5}, {900_003, 5, 1001}, {2, 10, 9, 1}, many} {
		cert := must[*x509.Certificate](t)(b.authority.IssueNode(b.node, request, noon, seeded(9), formers...))
		if got, want := Formers(cert), formers[:min(len(formers), maxFormers)]; !slices.Equal(got, want) {
			t.Errorf("of %v it names %v", want, got)
		}
		if node, _, err := PeerNode(cert); err != nil || node != b.node {
			t.Errorf("with %d former origins it names %v, %v", len(formers), node, err)
		}
		if len(cert.Raw) > maxCertificate {
			t.Errorf("with %d former origins it takes %d bytes", len(formers), len(cert.Raw))
		}
	}
}

func TestUnitsThatNameNoFormerOriginArePassedOver(t *testing.T) {
	b := newBank(t, 1)
	cert := odd(t, b, func(c *x509.Certificate) {
		c.Subject.OrganizationalUnit = []string{"IT", "was 00 0", "was 01 7", "was 02 2147483648", "was 03 -1", "was 04", "is 05 8"}
	})
	if got := Formers(cert); !slices.Equal(got, []uint32{7}) {
		t.Errorf("it names %v", got)
	}
}

package trust

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// unitFormer begins the unit of a certificate's subject that names a former origin: then come its place in the list,
// two digits, and the origin. Units have no order of their own.
const unitFormer = "was"

// formerUnits are the units that name former origins, newest first.
func formerUnits(formers []uint32) (units []string) {
	for i, origin := range formers[:min(len(formers), maxFormers)] {
		units = append(units, fmt.Sprintf("%s %02d %d", unitFormer, i, origin))
	}
	return units
}

// Formers are the origins that the file of a node had before, newest first, as central knew them when it issued the
// certificate: none in one of an earlier release. Like PeerNode it judges nothing.
func Formers(cert *x509.Certificate) (out []uint32) {
	for _, unit := range slices.Sorted(slices.Values(cert.Subject.OrganizationalUnit)) {
		word := strings.Fields(unit)
		if len(word) != 3 || word[0] != unitFormer || len(out) == maxFormers {
			continue
		}
		origin, err := strconv.ParseUint(word[2], 10, 32)
		if err == nil && origin > 0 && origin <= maxOrigin {
			out = append(out, uint32(origin))
		}
	}
	return out
}

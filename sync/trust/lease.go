package trust

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
)

// A lease code is read over the phone: a number that head office counts up for each workstation, and the front of its
// HMAC under a key that central shares with that workstation alone. It is 12 signs of Crockford's alphabet, in which
// nothing looks like anything else: 5 bits say the number modulo 32, 55 are the HMAC.
const (
	leaseInfo     = "bough lease key v1\x00"
	leaseAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	leaseSigns    = 12
	// leaseAhead is how many codes head office may give out that nobody types in.
	leaseAhead = 31
)

// LeaseKey is what central shares with a workstation for its lease codes. It follows from the authority's key, so that
// a restored central still has it.
func (a *Authority) LeaseKey(origin uint32) ([]byte, error) {
	secret, err := a.key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("trust: lease key: %w", err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, leaseInfo+string(binary.BigEndian.AppendUint32(nil, origin)), sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("trust: lease key: %w", err)
	}
	return key, nil
}

// LeaseCode is code number n of a workstation, from 1: like 3K7M-Q2XW-0FHT.
func LeaseCode(key []byte, n uint32) string {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(binary.BigEndian.AppendUint32([]byte("bough lease code v1\x00"), n)) // never fails
	bits := binary.BigEndian.Uint64(mac.Sum(nil))>>9 | uint64(n%32)<<55
	var out [leaseSigns]byte
	for i := range out {
		out[leaseSigns-1-i] = leaseAlphabet[bits&31]
		bits >>= 5
	}
	return string(out[:4]) + "-" + string(out[4:8]) + "-" + string(out[8:])
}

// CheckLeaseCode tells which number a typed code has; the last one that was used is last. Spaces, hyphens and small
// letters do no harm, and signs that look alike are taken for what they look like. It takes the same time whatever is
// wrong.
func CheckLeaseCode(key []byte, typed string, last uint32) (n uint32, ok bool) {
	typed = tidyCode(typed)
	for ahead := uint32(1); ahead <= leaseAhead; ahead++ {
		want := tidyCode(LeaseCode(key, last+ahead))
		if subtle.ConstantTimeCompare([]byte(typed), []byte(want)) == 1 {
			n, ok = last+ahead, true
		}
	}
	return n, ok
}

func tidyCode(s string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '-', '\t', '\r', '\n':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return c
	}, strings.ToUpper(s))
}

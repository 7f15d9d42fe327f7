package trust

import (
	"crypto/cipher"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// A sealed key is, big-endian: version (1 byte, 1), passes (4), memory in KiB (4), threads (1), salt (16), nonce (24),
// and the person's 32-byte seed under XChaCha20-Poly1305 (48). The key is Argon2id of password and salt; the person and
// everything before the ciphertext are authenticated along.
const (
	sealedVersion = 1
	sealedSalt    = 16
	sealedHeader  = 1 + 4 + 4 + 1 + sealedSalt + chacha20poly1305.NonceSizeX
	sealedBytes   = sealedHeader + ed25519.SeedSize + chacha20poly1305.Overhead
	sealedContext = "bough sealed person key v1\x00"
)

// Cost is the work of trying one password.
type Cost struct {
	Time      uint32 // passes, 1 to 10
	MemoryKiB uint32 // at least 8 a thread, at most 256 MiB
	Threads   uint8  // 1 to 16
}

// DefaultCost takes some tenths of a second and 64 MiB on a branch PC. A caller that opens keys for many people at
// once has to queue them.
func DefaultCost() Cost { return Cost{Time: 3, MemoryKiB: 64 << 10, Threads: 4} }

func (c Cost) check() error {
	fits := c.Time >= 1 && c.Time <= maxCostTime &&
		c.Threads >= 1 && c.Threads <= maxCostThreads &&
		c.MemoryKiB >= 8*uint32(c.Threads) && c.MemoryKiB <= maxCostMemoryKiB
	if !fits {
		return fmt.Errorf("%d passes, %d KiB, %d threads: %w", c.Time, c.MemoryKiB, c.Threads, ErrCost)
	}
	return nil
}

// Seal encrypts the key under a password, for this person alone.
func (k *PersonKey) Seal(person int64, password string, cost Cost, rand io.Reader) ([]byte, error) {
	if err := CheckPassword(password); err != nil {
		return nil, fmt.Errorf("trust: seal key: %w", err)
	}
	if err := cost.check(); err != nil {
		return nil, fmt.Errorf("trust: seal key: %w", err)
	}
	header := make([]byte, 0, sealedBytes)
	header = append(header, sealedVersion)
	header = binary.BigEndian.AppendUint32(header, cost.Time)
	header = binary.BigEndian.AppendUint32(header, cost.MemoryKiB)
	header = append(header, cost.Threads)
	random := header[len(header):sealedHeader]
	if _, err := io.ReadFull(rand, random); err != nil {
		return nil, fmt.Errorf("trust: seal key: read randomness: %w", err)
	}
	header = header[:sealedHeader]
	aead, err := sealedCipher(header, cost, password)
	if err != nil {
		return nil, fmt.Errorf("trust: seal key: %w", err)
	}
	return aead.Seal(header, sealedNonce(header), k.key.Seed(), sealedData(person, header)), nil
}

// OpenPersonKey opens what Seal sealed. The error wraps ErrWrongPassword, or, before any work is done, ErrMalformed or
// ErrCost.
func OpenPersonKey(sealed []byte, person int64, password string) (*PersonKey, error) {
	cost, err := sealedCost(sealed)
	if err != nil {
		return nil, fmt.Errorf("trust: open sealed key: %w", err)
	}
	if CheckPassword(password) != nil { // none like this was ever taken
		return nil, fmt.Errorf("trust: open sealed key: %w", ErrWrongPassword)
	}
	header := sealed[:sealedHeader]
	aead, err := sealedCipher(header, cost, password)
	if err != nil {
		return nil, fmt.Errorf("trust: open sealed key: %w", err)
	}
	seed, err := aead.Open(nil, sealedNonce(header), sealed[sealedHeader:], sealedData(person, header))
	if err != nil {
		return nil, fmt.Errorf("trust: open sealed key: %w", ErrWrongPassword)
	}
	return &PersonKey{key: ed25519.NewKeyFromSeed(seed)}, nil
}

func sealedCost(sealed []byte) (Cost, error) {
	if len(sealed) != sealedBytes {
		return Cost{}, fmt.Errorf("%d bytes: %w", len(sealed), ErrMalformed)
	}
	if sealed[0] != sealedVersion {
		return Cost{}, fmt.Errorf("version %d: %w", sealed[0], ErrMalformed)
	}
	cost := Cost{
		Time:      binary.BigEndian.Uint32(sealed[1:]),
		MemoryKiB: binary.BigEndian.Uint32(sealed[5:]),
		Threads:   sealed[9],
	}
	return cost, cost.check()
}

func sealedCipher(header []byte, cost Cost, password string) (cipher.AEAD, error) {
	salt := header[10 : 10+sealedSalt]
	key := argon2.IDKey([]byte(password), salt, cost.Time, cost.MemoryKiB, cost.Threads, chacha20poly1305.KeySize)
	return chacha20poly1305.NewX(key)
}

func sealedNonce(header []byte) []byte { return header[10+sealedSalt : sealedHeader] }

func sealedData(person int64, header []byte) []byte {
	out := binary.BigEndian.AppendUint64([]byte(sealedContext), uint64(person))
	return append(out, header...)
}

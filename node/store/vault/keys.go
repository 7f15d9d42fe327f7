package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"
)

// Keyring hands out the data key (32 bytes) of the database at path, which is
// absolute. It is called at every opening, from any goroutine.
type Keyring func(path string) ([]byte, error)

// A salt is 12 random bytes and 4 that only the right key explains. They tell
// a wrong key from a damaged page; a thief who guesses keys learns from them
// what any page would tell him too.
const saltRandom = saltSize - 4

// fileKeys are the keys of one database file: each is used for one thing only.
type fileKeys struct {
	salt    [saltSize]byte
	db      cipher.AEAD  // pages of the database
	log     cipher.AEAD  // page images of the write-ahead log
	logHead cipher.Block // checksums in the log's frame headers
	journal cipher.AEAD  // page images of a rollback journal
}

// newSalt draws a salt for a new file.
func newSalt(rand io.Reader, key []byte) (salt [saltSize]byte, err error) {
	if _, err = io.ReadFull(rand, salt[:saltRandom]); err != nil {
		return salt, fmt.Errorf("vault: draw a salt: %w", err)
	}
	sum, err := checkOf(key, salt)
	copy(salt[saltRandom:], sum)
	return salt, err
}

// checkOf is the part of a salt that proves the key.
func checkOf(key []byte, salt [saltSize]byte) ([]byte, error) {
	return hkdf.Key(sha256.New, key, salt[:saltRandom], "bough vault 1: check", saltSize-saltRandom)
}

// deriveKeys are the keys of the file with this salt. ErrWrongKey when the
// salt was not made with this key.
func deriveKeys(key []byte, salt [saltSize]byte) (*fileKeys, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("vault: a data key has %d bytes, not %d", keySize, len(key))
	}
	sum, err := checkOf(key, salt)
	if err != nil {
		return nil, fmt.Errorf("vault: derive keys: %w", err)
	}
	if string(sum) != string(salt[saltRandom:]) {
		return nil, ErrWrongKey
	}
	k := &fileKeys{salt: salt}
	for _, use := range []struct {
		name  string
		aead  *cipher.AEAD
		block *cipher.Block
	}{
		{"db", &k.db, nil}, {"log", &k.log, nil}, {"log head", nil, &k.logHead},
		{"journal", &k.journal, nil},
	} {
		sub, err := hkdf.Key(sha256.New, key, salt[:], "bough vault 1: "+use.name, keySize)
		if err != nil {
			return nil, fmt.Errorf("vault: derive keys: %w", err)
		}
		block, err := aes.NewCipher(sub)
		if err != nil {
			return nil, fmt.Errorf("vault: derive keys: %w", err)
		}
		if use.block != nil {
			*use.block = block
			continue
		}
		if *use.aead, err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("vault: derive keys: %w", err)
		}
	}
	return k, nil
}

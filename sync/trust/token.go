package trust

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

// tokenLetter keeps a token from beginning with "-", which a command line would take for an option.
const tokenLetter = "T"

// NewToken makes a bearer token for the JSON API: 256 random bits as one word of [A-Za-z0-9_-], 44 characters long.
// Only the hash is stored.
func NewToken(rand io.Reader) (word string, hash [sha256.Size]byte, err error) {
	random := make([]byte, 32)
	if _, err := io.ReadFull(rand, random); err != nil {
		return "", hash, fmt.Errorf("trust: new token: read randomness: %w", err)
	}
	word = tokenLetter + base64.RawURLEncoding.EncodeToString(random)
	return word, HashToken(word), nil
}

// HashToken is the hash under which a token is looked up. A plain hash is enough: the token is too random to be
// guessed, and who knows the hash cannot find the word.
func HashToken(word string) [sha256.Size]byte {
	return sha256.Sum256([]byte(word))
}

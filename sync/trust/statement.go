package trust

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
)

// Context says what a signature is about. A signature made in one context is void in every other; a change of
// encoding takes a new context.
type Context string

// The contexts of bough. A package with statements of its own may add one beside its encoding.
const (
	ContextJournalHead Context = "bough journal head v1"
	ContextFeedPage    Context = "bough feed page v1"
	ContextReceipt     Context = "bough receipt v1"
	ContextPerson      Context = "bough person v1"
	ContextSession     Context = "bough session v1"
	ContextRenewal     Context = "bough renewal v1"
)

// statementPrefix begins all that is signed outside of X.509 and TLS. Certificates and requests begin with 0x30, TLS
// 1.3 signatures with 64 spaces: neither can be taken for the other.
const statementPrefix = "bough statement\x00"

// statement is prefix, length of the context as an unsigned varint, context, message.
func statement(context Context, message []byte) []byte {
	out := make([]byte, 0, len(statementPrefix)+binary.MaxVarintLen64+len(context)+len(message))
	out = append(out, statementPrefix...)
	out = binary.AppendUvarint(out, uint64(len(context)))
	out = append(out, context...)
	return append(out, message...)
}

// CheckSigned tells whether the node or person with this key signed the message in this context. The error wraps
// ErrMalformed for a key of the wrong length and ErrBadSignature otherwise.
func CheckSigned(key ed25519.PublicKey, context Context, message, signature []byte) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("trust: check %s: public key of %d bytes: %w", context, len(key), ErrMalformed)
	}
	if !ed25519.Verify(key, statement(context, message), signature) {
		return fmt.Errorf("trust: check %s: %w", context, ErrBadSignature)
	}
	return nil
}

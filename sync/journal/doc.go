// Package journal is the change and its proof: what an origin wrote, numbered
// densely, every op hashed over its salted body, the changes chained over
// these hashes, and the heads of the chain signed by the author.
//
// It is not storage and not transport: node/store keeps changes, sync/wire
// carries them. An erased body leaves its hash, so the chain still verifies,
// and the salt, erased with it, keeps the body from being guessed.
//
// No locks: values. Golden bytes in testdata hold the hash for ever.
package journal

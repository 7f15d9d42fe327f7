// Package node joins things: Branch is the process of a workstation (store,
// desk, uplink, pages, API), HeadOffice the process of central (office, sync
// server, pages, API). Both live in a directory that they lock, and answer the
// commands of the same machine on an admin socket there.
//
// New opens and rolls back on error, Start listens, Stop ends what runs in the
// reverse order and is harmless twice; port 0 works, Addr tells which it took.
//
// # Keys
//
// Everything in a directory is encrypted under its data key: the database and
// its backups by the vault, private keys (authority.pem, node.key, branch.key)
// as small files. data.key holds the data key, wrapped under a wrapping key. By
// default that lies beside it, in wrapping.key: then a backup, a copy of the
// database or a disk that lost its directory tells nothing, but who has the
// directory has all. Options.KeyFile names it elsewhere, and is never made there
// by itself. A database or a key in clear, from an earlier release, is encrypted
// when the directory is opened.
//
// # Locks
//
// A process owns its goroutines and waits for them in Stop. The handler of a
// node that is not enrolled yet is swapped atomically when it joins.
//
// # Tests
//
// They start real processes in one program, on loopback with real files.
package node

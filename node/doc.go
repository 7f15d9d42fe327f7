// Package node joins things: Branch is the process of a workstation (store,
// desk, uplink, pages, API), HeadOffice the process of central (office, sync
// server, pages, API). Both live in a directory that they lock, and answer the
// commands of the same machine on an admin socket there.
//
// New opens and rolls back on error, Start listens, Stop ends what runs in the
// reverse order and is harmless twice; port 0 works, Addr tells which it took.
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

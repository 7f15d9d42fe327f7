// Package vault keeps a database encrypted on disk. It is a VFS of SQLite: it
// stands between the engine and the platform's files, and everything that is
// written to the database, its log or its rollback journal is sealed on the
// way, everything that is read is verified. Above it nothing changes; the same
// place is the seam through which tests make disks fail (Fault).
//
//	disk, err := vault.Mount("bank", vault.OneKey(key), vault.Options{Rand: rand.Reader})
//	file, err := rows.Open(rows.Options{Path: path, Disk: disk, …})
//
// A plain file is encrypted in its place (Adopt); small files with private keys
// are sealed beside it (SealSecret). Verify reads every page and names what is
// damaged; Scan looks for bytes in all decrypted pages, free ones and old frames
// of the log included, and so proves that something is gone (ScanPlain: of a
// file that is not encrypted).
//
// # What is on disk
//
// Pages have 4096 bytes; the engine leaves the last 32 of each to us, because
// an empty file is presented to it with a header that says so. A sealed page
// is AES-256-GCM: ciphertext, then the tag (16), the nonce (12), a foot (4).
//
//	database   foot "bgv1"; bound to the page number. Of page 1 the first 16
//	           bytes are the salt instead of SQLite's magic, and the rest of
//	           SQLite's header (to byte 100: page size, counters, versions) is
//	           readable and bound to the page: a torn page 1 whose whole copy
//	           waits in the log must not keep the file from opening.
//	log        frame headers keep page number and size readable. The engine's
//	           checksum is linear in the plain page and would give away what
//	           changed, so it is encrypted as one block with the salts. Page
//	           images are bound to offset, header and, in the foot, the number
//	           of commits before them in this round of the log.
//	journal    record images are bound to offset and page number; the engine's
//	           checksum, which adds up plain bytes, is computed, not stored.
//	shm        holds page numbers only, and is the platform's. A node is one
//	           process; others may open the file at the same time.
//
// Files for temporary content are refused: Open sets temp_store=MEMORY, and a
// connection opened otherwise has to. What VACUUM INTO writes through a vault
// is sealed with the same data key and a salt of its own; a plain file moves
// in by VACUUM INTO with "&reserve=32" behind the DSN.
//
// # Keys
//
// One data key of 32 bytes; the Keyring hands it out by path. The keys of a
// file are HKDF-SHA256 of it and the file's salt (96 random bits and 32 that
// prove the key, so that a wrong key is told from damage), one for each use.
//
// Nonces are 96 random bits for each write, straight from Options.Rand: a
// counter would be repeated by a file that was copied or restored, a buffered
// source by a virtual machine that was. Random nonces are good for 2^32 writes
// under one key, with a chance of 2^-33 of one that repeats. That is 16 TiB
// of page writes into one file; a workstation writing 100 pages a minute, ten
// hours a day, needs two centuries. Each backup, and each file made from one, has a new
// salt, and so new keys and a new count; VACUUM within the file keeps the salt.
//
// The data key is kept wrapped (Wrap) under a key of whoever guards the
// machine. KeyFile is the plainest such guard, and its comment says what it is
// worth. Forgetting the data key is how a node is wiped.
//
// # What is noticed
//
// Any changed bit, swapped, wiped or foreign page, lost or torn write, and a
// file cut short, when it is read: SQLITE_IOERR_DATA, and Options.Damaged is
// told. A log needs more care, for the engine takes its first frame that does
// not check for a torn end and forgets the rest: here it may do so only if no
// frame behind it was written after a later commit. That rests on commits
// being synced one by one: with synchronous=NORMAL a power cut can look like
// damage. Use FULL.
//
// # What is not
//
// A page, or all of a file, put back to an earlier state: also a log that was
// cut, or whose last transaction was changed after a kill, which is the same
// as one that was never finished. Other nodes know (DESIGN, section 5). Sizes,
// page numbers and how often something is written stay visible. The counters
// in the header of a rollback journal, which only exists while a file is made
// or turned to the log, are checked no better than the engine does. The key and
// plain pages are in memory while a file is open.
//
// # Invariants
//
//   - The reserved bytes are zero wherever the engine sees them, for its own
//     checksums cover them. A page that has something there is refused.
//   - Whatever is sealed is sealed anew, with a new nonce, at every write.
//   - A hole in the file never becomes a sealed page, unless the engine is known
//     to have left one (rollback journal only).
//   - What a file remembers of its size or log is forgotten at every lock.
//
// # Locks
//
// SQLite uses a connection from one goroutine at a time, so an open file locks
// nothing. vault.mu guards the list of open files. The list of vaults by name
// is the process's, as SQLite's own is. Disk.mu guards the handles that Verify
// and Scan keep: closing one would drop the locks the process has on the file.
//
// # Testing
//
// Tests use real files: damage at every kind of place, power cuts at every
// kind of moment on a disk that forgets unsynced sectors, failing operations
// one by one, and random statements on a sealed and a plain file. `go vet`
// needs -unsafeptr=false here: the engine's memory is addressed by numbers.
package vault

package vault

import (
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// The functions of sqlite3_io_methods as Go sees them. The engine is C turned
// into Go: a C function pointer is the word a Go func value consists of.
type (
	ioFile    = func(t *libc.TLS, file uintptr) int32
	ioBytes   = func(t *libc.TLS, file, buf uintptr, n int32, at int64) int32
	ioSize    = func(t *libc.TLS, file uintptr, size int64) int32
	ioLevel   = func(t *libc.TLS, file uintptr, level int32) int32
	ioAnswer  = func(t *libc.TLS, file, out uintptr) int32
	ioControl = func(t *libc.TLS, file uintptr, op int32, arg uintptr) int32
	ioShmMap  = func(t *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32
	ioShmLock = func(t *libc.TLS, file uintptr, first, n, flags int32) int32
	ioBarrier = func(t *libc.TLS, file uintptr)

	openFunc = func(t *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
)

// methods is one file's table of functions. The engine's copy of a table
// consists of bare words, which keep nothing alive: whoever hands out a table
// keeps the methods it was made from.
type methods struct {
	close           ioFile
	read, write     ioBytes
	truncate        ioSize
	sync            ioLevel
	fileSize        ioAnswer
	lock, unlock    ioLevel
	checkReserved   ioAnswer
	control         ioControl
	sectorSize      ioFile
	characteristics ioFile
	shmMap          ioShmMap
	shmLock         ioShmLock
	shmBarrier      ioBarrier
	shmUnmap        ioLevel
}

// cFunc is the word under which the engine calls f.
func cFunc[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// goFunc is the function behind one of the engine's words.
func goFunc[F any](word uintptr) F { return *(*F)(unsafe.Pointer(&word)) }

// methodsAt reads the table at p.
func methodsAt(p uintptr) methods {
	t := (*lib.Tsqlite3_io_methods)(unsafe.Pointer(p))
	m := methods{
		close: goFunc[ioFile](t.FxClose), read: goFunc[ioBytes](t.FxRead), write: goFunc[ioBytes](t.FxWrite),
		truncate: goFunc[ioSize](t.FxTruncate), sync: goFunc[ioLevel](t.FxSync), fileSize: goFunc[ioAnswer](t.FxFileSize),
		lock: goFunc[ioLevel](t.FxLock), unlock: goFunc[ioLevel](t.FxUnlock), checkReserved: goFunc[ioAnswer](t.FxCheckReservedLock),
		control: goFunc[ioControl](t.FxFileControl), sectorSize: goFunc[ioFile](t.FxSectorSize),
		characteristics: goFunc[ioFile](t.FxDeviceCharacteristics),
	}
	if t.FiVersion >= 2 {
		m.shmMap, m.shmLock = goFunc[ioShmMap](t.FxShmMap), goFunc[ioShmLock](t.FxShmLock)
		m.shmBarrier, m.shmUnmap = goFunc[ioBarrier](t.FxShmBarrier), goFunc[ioLevel](t.FxShmUnmap)
	}
	return m
}

// table is m for the engine. Version 2: without xFetch it maps no file into
// memory, so that every byte of it passes read and write.
func (m *methods) table() lib.Tsqlite3_io_methods {
	return lib.Tsqlite3_io_methods{
		FiVersion: 2,
		FxClose:   cFunc(m.close), FxRead: cFunc(m.read), FxWrite: cFunc(m.write),
		FxTruncate: cFunc(m.truncate), FxSync: cFunc(m.sync), FxFileSize: cFunc(m.fileSize),
		FxLock: cFunc(m.lock), FxUnlock: cFunc(m.unlock), FxCheckReservedLock: cFunc(m.checkReserved),
		FxFileControl: cFunc(m.control), FxSectorSize: cFunc(m.sectorSize), FxDeviceCharacteristics: cFunc(m.characteristics),
		FxShmMap: cFunc(m.shmMap), FxShmLock: cFunc(m.shmLock), FxShmBarrier: cFunc(m.shmBarrier), FxShmUnmap: cFunc(m.shmUnmap),
	}
}

// bytesAt is the memory of the engine at p.
func bytesAt(p uintptr, n int) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(p)), n) }

// cFile is how an open file looks to the engine: the pointer to its table,
// which it demands first, the table, and behind both the platform's own file.
type cFile struct {
	methods uintptr
	table   lib.Tsqlite3_io_methods
}

const cFileSize = unsafe.Sizeof(cFile{})

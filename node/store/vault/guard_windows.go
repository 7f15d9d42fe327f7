package vault

import (
	"bytes"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// guardMark begins a machine secret that the system encrypted (DPAPI), for every
// account of this machine: a service has no password of its own.
const guardMark = "bgd1"

const guardFlags = windows.CRYPTPROTECT_LOCAL_MACHINE | windows.CRYPTPROTECT_UI_FORBIDDEN

// guard is what is stored of a machine secret.
func guard(secret []byte) ([]byte, error) {
	var out windows.DataBlob
	if err := windows.CryptProtectData(dataBlob(secret), nil, nil, 0, nil, guardFlags, &out); err != nil {
		return nil, fmt.Errorf("DPAPI: %w", err)
	}
	return append([]byte(guardMark), take(out)...), nil
}

// unguard undoes guard; a secret without the mark was brought from elsewhere.
func unguard(stored []byte) ([]byte, error) {
	blob, guarded := bytes.CutPrefix(stored, []byte(guardMark))
	if !guarded {
		return stored, nil
	}
	var out windows.DataBlob
	if err := windows.CryptUnprotectData(dataBlob(blob), nil, nil, 0, nil, guardFlags, &out); err != nil {
		return nil, fmt.Errorf("DPAPI: encrypted on another machine, or damaged: %w", err)
	}
	return take(out), nil
}

func dataBlob(b []byte) *windows.DataBlob {
	return &windows.DataBlob{Size: uint32(len(b)), Data: unsafe.SliceData(b)}
}

// take copies what the system allocated, and gives it back.
func take(b windows.DataBlob) []byte {
	out := bytes.Clone(unsafe.Slice(b.Data, b.Size))
	_, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(b.Data))) // nothing can be done about it
	return out
}

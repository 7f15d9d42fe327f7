package imports

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"bough/node/desk"
)

// Vault encrypts what is kept for a while; a piece opens only under the name that
// it was sealed under.
type Vault interface {
	SealSecret(name string, content []byte) ([]byte, error)
	OpenSecret(name string, sealed []byte) ([]byte, error)
}

// spool is the folder with the files of one import.
type spool struct {
	vault Vault
	dir   string
	n     int64
}

func (im *Imports) spool(n int64) spool {
	return spool{im.o.Vault, filepath.Join(im.o.Dir, strconv.FormatInt(n, 10)), n}
}

func (s spool) path(at int) string { return filepath.Join(s.dir, strconv.Itoa(at)) }

func (s spool) piece(at, n int, last bool) string {
	return fmt.Sprintf("import %d, file %d, piece %d, last %t", s.n, at, n, last)
}

// put keeps a file: pieces, each its length in four bytes and the sealed content.
// The last is bound to being the last, so that a file that was cut short does not
// pass for whole.
func (s spool) put(at int, in io.Reader) (size int64, err error) {
	out, err := os.OpenFile(s.path(at), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("imports: keep file: %w", err)
	}
	size, err = s.pieces(at, out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return 0, err
	}
	return size, nil
}

func (s spool) pieces(at int, out io.Writer, in io.Reader) (size int64, err error) {
	r := bufio.NewReaderSize(in, pieceBytes)
	plain := make([]byte, pieceBytes)
	for n := 0; ; n++ {
		got, err := io.ReadFull(r, plain)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return size, err
		}
		_, more := r.Peek(1)
		if more != nil && !errors.Is(more, io.EOF) {
			return size, more
		}
		if size += int64(got); size > maxPlain {
			return size, wrong("import_large", "this file is too large")
		}
		sealed, err := s.vault.SealSecret(s.piece(at, n, more != nil), plain[:got])
		if err != nil {
			return size, err
		}
		frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(sealed)), uint32(len(sealed)))
		if _, err := out.Write(append(frame, sealed...)); err != nil {
			return size, fmt.Errorf("imports: keep file: %w", err)
		}
		if more != nil {
			return size, nil
		}
	}
}

// kept reads a file back.
type kept struct {
	s     spool
	at, n int
	in    *bufio.Reader
	file  *os.File
	rest  []byte
	whole bool
	info  kind
}

func (k *kept) Read(b []byte) (int, error) {
	for len(k.rest) == 0 {
		if k.whole {
			return 0, io.EOF
		}
		if err := k.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, k.rest)
	k.rest = k.rest[n:]
	return n, nil
}

func (k *kept) next() error {
	var head [4]byte
	if _, err := io.ReadFull(k.in, head[:]); err != nil {
		return fmt.Errorf("imports: read file: %w", errDamaged)
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > 2*pieceBytes {
		return fmt.Errorf("imports: read file: %w", errDamaged)
	}
	sealed := make([]byte, length)
	if _, err := io.ReadFull(k.in, sealed); err != nil {
		return fmt.Errorf("imports: read file: %w", errDamaged)
	}
	_, err := k.in.Peek(1)
	k.whole = err != nil
	k.rest, err = k.s.vault.OpenSecret(k.s.piece(k.at, k.n, k.whole), sealed)
	k.n++
	return err
}

// Close implements fs.File.
func (k *kept) Close() error { return k.file.Close() }

// Stat implements fs.File.
func (k *kept) Stat() (fs.FileInfo, error) { return k.info, nil }

var errDamaged = errors.New("what was kept of it is damaged")

// folder shows the files of an import as a folder of plain files.
type folder struct {
	s     spool
	files []File
}

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) {
	for at := range f.files {
		if f.files[at].Path != name {
			continue
		}
		file, err := os.Open(f.s.path(at))
		if err != nil {
			return nil, err
		}
		return &kept{s: f.s, at: at, file: file, in: bufio.NewReaderSize(file, pieceBytes), info: kind{name, f.files[at].SizeBytes}}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Stat implements fs.StatFS.
func (f folder) Stat(name string) (fs.FileInfo, error) {
	if name == "." {
		return os.Stat(f.s.dir)
	}
	for i := range f.files {
		if f.files[i].Path == name {
			return kind{name, f.files[i].SizeBytes}, nil
		}
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

// kind is what is known of a kept file.
type kind struct {
	name string
	size int64
}

func (k kind) Name() string       { return k.name }
func (k kind) Size() int64        { return k.size }
func (k kind) Mode() fs.FileMode  { return 0o400 }
func (k kind) ModTime() time.Time { return time.Time{} }
func (k kind) IsDir() bool        { return false }
func (k kind) Sys() any           { return nil }

func wrong(code, says string) error { return desk.Mistyped("files", code, "%s", says) }

var errCut = desk.Mistyped("files", "import_truncated", "this file ends too soon: it did not arrive whole")

// unfolded makes plain text with a known encoding of what comes as gzip or
// UTF-16, and refuses what is no text.
func unfolded(in io.Reader) (io.Reader, error) {
	r := bufio.NewReader(cut{in})
	head, err := r.Peek(512)
	if err == nil || errors.Is(err, io.EOF) {
		if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
			return plain(r)
		}
		var z *gzip.Reader
		if z, err = gzip.NewReader(r); err == nil {
			return plain(bufio.NewReader(cut{z}))
		}
		return nil, errCut
	}
	return nil, err
}

func plain(r *bufio.Reader) (io.Reader, error) {
	head, err := r.Peek(512)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case len(head) == 0:
		return nil, wrong("import_empty", "this file is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, wrong("import_zip", "this is a packed folder or a workbook: save the sheet as CSV, or unpack it first")
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), nil
	case bytes.IndexByte(head, 0) >= 0:
		return nil, wrong("import_binary", "this is no text: export the table as CSV")
	}
	return r, nil
}

// cut says so where what is sent or packed ends too soon, or is damaged: an end
// that was not expected must not pass for the end.
type cut struct{ in io.Reader }

func (c cut) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	var corrupt flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &corrupt) {
		return n, errCut
	}
	return n, err
}

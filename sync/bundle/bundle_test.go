package bundle

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden container anew; never over one that was released")

func header(kind Kind, lock Lock) *Header {
	h := &Header{Kind: kind, Lock: lock, Central: [centralSize]byte{1, 2, 3, 4, 5, 6, 7, 8}}
	for i := range h.ID {
		h.ID[i] = byte(i)
	}
	if lock != Unlocked {
		h.Sealed = bytes.Repeat([]byte{9}, 32)
	}
	return h
}

// chunks of all sorts: empty, text that packs, noise that does not.
func chunks() [][]byte {
	noise := make([]byte, 70_000)
	r := rand.NewChaCha8([32]byte{7})
	_, _ = r.Read(noise)
	return [][]byte{nil, []byte("customers"), bytes.Repeat([]byte("Jana Dvořáková "), 5000), noise}
}

var secret = bytes.Repeat([]byte{42}, keySize)

func write(t testing.TB, h *Header, list [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, h, secret)
	for i, c := range list {
		if err == nil {
			err = w.Chunk(c, i%2 == 0)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns what is good of a container, and what ended it.
func read(data, secret []byte) (list [][]byte, err error) {
	in := bytes.NewReader(data)
	h, err := ReadHeader(in)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(in, h, secret)
	for err == nil {
		var b []byte
		if b, err = r.Next(); err == nil {
			list = append(list, bytes.Clone(b))
		}
	}
	return list, err
}

func TestAContainerMakesTheTrip(t *testing.T) {
	for _, lock := range []Lock{Unlocked, ToCentral, ToReply} {
		data := write(t, header(Work, lock), chunks())
		list, err := read(data, secret)
		if !errors.Is(err, io.EOF) || len(list) != len(chunks()) {
			t.Fatalf("%d chunks: %v", len(list), err)
		}
		for i, c := range chunks() {
			if !bytes.Equal(list[i], c) {
				t.Errorf("chunk %d differs", i)
			}
		}
	}
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	data := write(t, header(Work, ToCentral), [][]byte{[]byte("one"), []byte("two")})
	for i := range data {
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << bit
			if list, err := read(bad, secret); errors.Is(err, io.EOF) {
				t.Fatalf("bit %d of byte %d: %d chunks, and no word", bit, i, len(list))
			}
		}
	}
}

func TestACutContainerSaysSoAndGivesWhatStandsBefore(t *testing.T) {
	data := write(t, header(Work, ToCentral), [][]byte{[]byte("one"), []byte("two")})
	for n := range data {
		list, err := read(data[:n], secret)
		if n < fixedSize {
			if !errors.Is(err, ErrForeign) {
				t.Fatalf("%d bytes: %v", n, err)
			}
			continue
		}
		if !errors.Is(err, ErrCut) || len(list) > 2 {
			t.Fatalf("%d of %d bytes: %d chunks, %v", n, len(data), len(list), err)
		}
	}
}

func TestAChunkBelongsToItsContainerAndItsPlace(t *testing.T) {
	a := write(t, header(Work, ToCentral), [][]byte{[]byte("one"), []byte("two")})
	h := header(Work, ToCentral)
	h.ID[0]++
	b := write(t, h, [][]byte{[]byte("one"), []byte("two")})
	front, size := len(h.Bytes()), chunkHead+3+16
	swapped := bytes.Clone(a)
	copy(swapped[front:], a[front+size:front+2*size])
	copy(swapped[front+size:], a[front:front+size])
	taken := append(bytes.Clone(a[:front]), b[front:]...)
	for name, data := range map[string][]byte{"swapped": swapped, "of another container": taken} {
		if list, err := read(data, secret); !errors.Is(err, ErrDamaged) || len(list) != 0 {
			t.Errorf("%s: %d chunks, %v", name, len(list), err)
		}
	}
	if _, err := read(a, bytes.Repeat([]byte{1}, keySize)); !errors.Is(err, ErrDamaged) {
		t.Errorf("another key: %v", err)
	}
}

func TestAContainerGoesOnWhereItWasLeft(t *testing.T) {
	list := [][]byte{[]byte("one"), []byte("two"), []byte("three")}
	h := header(Snapshot, Unlocked)
	whole := write(t, h, list)
	var rest bytes.Buffer
	w, err := Resume(&rest, h, nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Chunk(list[2], true), w.Close()); err != nil {
		t.Fatal(err)
	}
	front := len(whole) - rest.Len()
	if !bytes.Equal(whole[front:], rest.Bytes()) {
		t.Error("the rest differs from what it was the first time")
	}
	r, err := Follow(bytes.NewReader(whole[front:]), h, nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := r.Next(); err != nil || string(b) != "three" || r.Index() != 3 {
		t.Errorf("%q, %d, %v", b, r.Index(), err)
	}
}

func TestWhatIsNoContainerIsRefused(t *testing.T) {
	data := write(t, header(Work, ToCentral), nil)
	newer := bytes.Clone(data)
	newer[len(magic)] = 2
	for _, c := range []struct {
		data []byte
		want error
	}{{nil, ErrForeign}, {[]byte("holiday pictures, a great many of them, with the children"), ErrForeign}, {newer, ErrNewer}} {
		if _, err := read(c.data, secret); !errors.Is(err, c.want) {
			t.Errorf("%.20q: %v", c.data, err)
		}
	}
}

func TestTheGoldenContainerIsStillRead(t *testing.T) {
	const path = "testdata/v1.bundle"
	if *update {
		if err := os.WriteFile(path, write(t, header(Work, ToCentral), chunks()[:3]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := read(data, secret)
	if !errors.Is(err, io.EOF) || len(list) != 3 || !bytes.Equal(list[2], chunks()[2]) {
		t.Errorf("%d chunks: %v", len(list), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, header(Work, ToCentral), chunks()[:2]))
	f.Add(write(f, header(Snapshot, Unlocked), nil))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = read(data, secret) })
}

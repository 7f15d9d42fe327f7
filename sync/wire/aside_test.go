package wire

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// bent is a frame of a page with a byte too many in its raw section: the head can
// be read, and what follows it not to its end.
func bent(c *Codec, frame []byte) []byte {
	size := binary.BigEndian.Uint32(frame[atSizes:])
	frame = slices.Insert(slices.Clone(frame), headerSize+int(size), 0)
	binary.BigEndian.PutUint32(frame[atSizes:], size+1)
	binary.BigEndian.PutUint32(frame[atChecksum:], c.checksum(frame))
	return frame
}

func TestAPageOfSeveralRowsThatCannotBeReadSaysHowManyThereAre(t *testing.T) {
	c, page := codec(t), newDay().page(3)
	frame, err := c.EncodePage(page)
	if err != nil {
		t.Fatal(err)
	}
	var unread *UnreadError
	if _, err := c.DecodePage(bent(c, frame)); !errors.As(err, &unread) || unread.Rows != 3 || unread.Until != page.Until || !errors.Is(err, ErrMalformed) {
		t.Errorf("%v", err)
	}
}

func TestASingleRowThatCannotBeReadIsSetAsideByItsName(t *testing.T) {
	c, page := codec(t), newDay().page(1)
	frame, err := c.EncodePage(page)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.DecodePage(bent(c, frame))
	if err != nil || len(got.Rows) != 0 || len(got.Aside) != 1 || got.Until != page.Until || len(got.Vector) != len(page.Vector) {
		t.Fatalf("%+v, %v", got, err)
	}
	row := page.Rows[0]
	if a := got.Aside[0]; a.N != row.N || a.Kind != row.Row.Kind || a.ID != row.Row.ID || a.Why == "" {
		t.Errorf("%+v of row %d of kind %d", a, row.Row.ID, row.Row.Kind)
	}
}

func TestAHeadThatCannotBeReadIsNoRowsFault(t *testing.T) {
	c, page := codec(t), newDay().page(1)
	page.Rows = nil
	frame, err := c.EncodePage(page)
	if err != nil {
		t.Fatal(err)
	}
	var unread *UnreadError
	if got, err := c.DecodePage(bent(c, frame)); err == nil || errors.As(err, &unread) {
		t.Errorf("%+v, %v", got, err)
	}
}

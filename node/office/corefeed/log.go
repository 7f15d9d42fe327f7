package corefeed

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"bough/crdt"
)

// batchLog is what a batch must remember to be taken back. Its bytes:
//
//	1        version, now 1
//	varint   length of the header; the header in JSON: name, date, files
//	varint   rows created; each: kind (1), id as a signed varint over the one before
//	varint   fields changed; each: kind (1), id as above, field (1),
//	         value before, value written
type batchLog struct {
	Name    string
	Date    string
	Files   []FileInfo
	created []RowID
	changed []changedField
}

type changedField struct {
	RowID
	field   uint8
	before  crdt.Value
	written crdt.Value
}

const logVersion = 1

// ErrBadRecord is a batch record that does not decode.
var ErrBadRecord = errors.New("corefeed: malformed batch record")

type logHeader struct {
	Name  string     `json:"name"`
	Date  string     `json:"date,omitempty"`
	Files []FileInfo `json:"files"`
}

func (l *batchLog) add(c *change, op *crdt.Op) {
	row := RowID{op.Kind, op.ID}
	if c.id == 0 {
		l.created = append(l.created, row)
		return
	}
	for i, s := range c.sets {
		l.changed = append(l.changed, changedField{row, s.field, s.before, op.Set[i].Value})
	}
}

func (l *batchLog) append(b []byte) []byte {
	header, err := json.Marshal(logHeader{l.Name, l.Date, l.Files})
	if err != nil {
		panic(err) // texts and numbers: JSON holds them all
	}
	b = append(b, logVersion)
	b = binary.AppendUvarint(b, uint64(len(header)))
	b = append(b, header...)
	var last crdt.ID
	row := func(r RowID) {
		b = append(b, r.Kind)
		b = binary.AppendVarint(b, int64(r.ID-last))
		last = r.ID
	}
	b = binary.AppendUvarint(b, uint64(len(l.created)))
	for _, r := range l.created {
		row(r)
	}
	b = binary.AppendUvarint(b, uint64(len(l.changed)))
	for _, c := range l.changed {
		row(c.RowID)
		b = append(b, c.field)
		b = crdt.AppendValue(b, c.before)
		b = crdt.AppendValue(b, c.written)
	}
	return b
}

// decodeLogs puts the records of the parts of a batch together.
func decodeLogs(records [][]byte) (*batchLog, error) {
	whole := &batchLog{}
	for i, record := range records {
		part, err := decodeLog(record)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			whole = part
			continue
		}
		whole.created = append(whole.created, part.created...)
		whole.changed = append(whole.changed, part.changed...)
	}
	return whole, nil
}

func decodeLog(b []byte) (*batchLog, error) {
	d := crdt.Decoder{B: b}
	if v := d.Byte(); d.Err == nil && v != logVersion {
		return nil, fmt.Errorf("%w: version %d, this program reads %d", ErrBadRecord, v, logVersion)
	}
	var h logHeader
	header := d.Take(d.Count(maxRecordBytes))
	if d.Err == nil {
		if err := json.Unmarshal(header, &h); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadRecord, err)
		}
	}
	l := &batchLog{Name: h.Name, Date: h.Date, Files: h.Files}
	var last crdt.ID
	row := func() RowID {
		r := RowID{Kind: d.Byte()}
		last += crdt.ID(d.Varint())
		r.ID = last
		return r
	}
	for n := d.Count(math.MaxInt32); n > 0 && d.Err == nil; n-- {
		l.created = append(l.created, row())
	}
	for n := d.Count(math.MaxInt32); n > 0 && d.Err == nil; n-- {
		l.changed = append(l.changed, changedField{RowID: row(), field: d.Byte(), before: d.Value(), written: d.Value()})
	}
	if d.Err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadRecord, d.Err)
	}
	if len(d.B) > 0 {
		return nil, fmt.Errorf("%w: %d bytes follow its end", ErrBadRecord, len(d.B))
	}
	return l, nil
}

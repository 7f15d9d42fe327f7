package crm

import (
	"fmt"
	"slices"
	"strings"

	. "bough/crdt" //nolint:revive // the table reads as a table
)

func reissue() *Kind {
	return &Kind{Num: Reissue, Name: "reissue", Class: Event, Scope: ScopeRule{Home: ReissueBranch},
		Doc: "The change that made this row was written before, under another origin; which of its rows got other ids.",
		Fields: []Field{
			number(ReissueBranch, "branch", Branch, "branch number of the node"),
			number(ReissueOrigin, "origin", Branch, "origin of the change as it was"),
			number(ReissueSeq, "seq", Branch, "number of the change as it was"),
			text(ReissueHash, "hash", Branch, "link of the chain at it, hex"),
			text(ReissueStamp, "stamp", Branch, "its stamp, hex"),
			text(ReissueIDs, "ids", Branch, "old:new ids of its rows, decimal, separated by commas"),
			text(ReissueFirst, "first", Branch, "its first stamp, hex, where it was written again more than once"),
		}}
}

// Field numbers of reissue.
const (
	ReissueBranch uint8 = iota + 1
	ReissueOrigin
	ReissueSeq
	ReissueHash
	ReissueStamp
	ReissueIDs
	ReissueFirst
)

// IDPairs is the text of a reissue's ids.
func IDPairs(ids map[ID]ID) string {
	pairs := make([]string, 0, len(ids))
	for was, is := range ids {
		pairs = append(pairs, was.String()+":"+is.String())
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ",")
}

// ParseIDPairs reads what IDPairs wrote.
func ParseIDPairs(text string) (map[ID]ID, error) {
	out := map[ID]ID{}
	if text == "" {
		return out, nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		was, is, _ := strings.Cut(pair, ":")
		a, err := ParseID(was)
		if err != nil {
			return nil, fmt.Errorf("crm: ids of a reissue: %w", err)
		}
		b, err := ParseID(is)
		if err != nil {
			return nil, fmt.Errorf("crm: ids of a reissue: %w", err)
		}
		out[a] = b
	}
	return out, nil
}

// Renaming is what other names rows and writes got.
type Renaming struct {
	IDs    map[ID]ID
	Stamps map[Stamp]Stamp
	Dates  map[ID]*Redate // of events, by the id they had
}

// ID is the id a row has now.
func (r *Renaming) ID(id ID) ID {
	if is, there := r.IDs[id]; there {
		return is
	}
	return id
}

func (r *Renaming) stamp(s Stamp) Stamp {
	if is, there := r.Stamps[s]; there {
		return is
	}
	return s
}

func (r *Renaming) stamps(list []Stamp) []Stamp {
	out := slices.Clone(list)
	for i := range out {
		out[i] = r.stamp(out[i])
	}
	return out
}

// value follows references: of fields that refer to a row, and of the consents
// that a grant overrides. It sets dates of the row id right.
func (r *Renaming) value(k *Kind, id ID, field uint8, v Value) Value {
	if d := r.Dates[id]; d != nil && k != nil {
		v = d.value(k.Num, field, v)
	}
	if k == nil || v.IsNull() || len(r.IDs) == 0 {
		return v
	}
	if k.Num == Consent && field == ConsentOverrides {
		words := strings.Split(v.S, ",")
		for i, word := range words {
			if id, err := ParseID(word); err == nil {
				words[i] = r.ID(id).String()
			}
		}
		return TextValue(strings.Join(words, ","))
	}
	if f := k.Field(field); f != nil && f.Ref != 0 {
		return RefValue(r.ID(v.ID()))
	}
	return v
}

// NamedIn are the rows that an op writes or refers to.
func NamedIn(schema *Schema, op *Op) []ID {
	k, out := schema.Kind(op.Kind), []ID{op.ID}
	for i := range op.Set {
		f := &op.Set[i]
		switch {
		case k == nil || f.Value.IsNull():
		case k.Num == Consent && f.Field == ConsentOverrides:
			for word := range strings.SplitSeq(f.Value.S, ",") {
				if id, err := ParseID(word); err == nil {
					out = append(out, id)
				}
			}
		default:
			if fd := k.Field(f.Field); fd != nil && fd.Ref != 0 {
				out = append(out, f.Value.ID())
			}
		}
	}
	return out
}

// Op is the op under the names that hold now; op itself stays.
func (r *Renaming) Op(schema *Schema, op *Op) Op {
	k := schema.Kind(op.Kind)
	out := Op{Kind: op.Kind, ID: r.ID(op.ID), Set: slices.Clone(op.Set), Clear: r.stamps(op.Clear)}
	for i := range out.Set {
		f := &out.Set[i]
		f.Value, f.Saw = r.value(k, op.ID, f.Field, f.Value), r.stamps(f.Saw)
	}
	r.Dates[op.ID].markOp(&out)
	return out
}

// Row is the row under the names that hold now, with its conflicts; row itself
// stays.
func (r *Renaming) Row(schema *Schema, row *Row, conflicts []Conflict) (Row, []Conflict) {
	k := schema.Kind(row.Kind)
	out := row.Clone()
	out.ID = r.ID(row.ID)
	for n := range out.Fields {
		out.Fields[n] = r.value(k, row.ID, uint8(n), out.Fields[n])
	}
	r.Dates[row.ID].markRow(&out)
	out.Cleared = r.stamps(row.Cleared)
	slices.SortFunc(out.Cleared, Stamp.Compare)
	for i := range out.Clocks {
		out.Clocks[i].Stamp = r.stamp(out.Clocks[i].Stamp)
	}
	slices.SortFunc(out.Clocks, func(a, b Written) int { return a.Stamp.Compare(b.Stamp) })
	lost := slices.Clone(conflicts)
	for i := range lost {
		c := &lost[i]
		c.Value = r.value(k, row.ID, c.Field, c.Value)
		c.Row, c.Stamp, c.Closed = out.ID, r.stamp(c.Stamp), r.stamp(c.Closed)
	}
	slices.SortFunc(lost, func(a, b Conflict) int { return a.Compare(&b) })
	return out, lost
}

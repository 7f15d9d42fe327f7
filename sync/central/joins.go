package central

import (
	"slices"

	"bough/crdt"
)

// join is a joining row that stands.
type join struct {
	kind          *crdt.Kind
	row           key
	first, second key
}

// joined are the joining rows that name a root, as its first or its second.
func (b *Batch) joined(root key) (out []join, err error) {
	rowKeys := slices.Clone(b.joining[root])
	for _, kind := range b.c.File.Held().Kinds {
		for _, f := range kind.Scope.Roots {
			fd := kind.Field(f)
			if !kind.Scope.Joins || fd.Ref != root.kind {
				continue
			}
			ids, err := b.Tx.IDs(`SELECT id FROM "`+kind.Name+`" WHERE "`+fd.Name+`"=?1`, int64(root.id))
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				if k := (key{kind.Num, id}); !slices.Contains(rowKeys, k) {
					rowKeys = append(rowKeys, k)
				}
			}
		}
	}
	for _, k := range rowKeys {
		j, stands, err := b.join(k)
		if err != nil {
			return nil, err
		}
		if stands {
			out = append(out, j)
		}
	}
	return out, nil
}

// join reads a joining row; not standing: it is gone, or names no second root.
func (b *Batch) join(k key) (j join, stands bool, err error) {
	e, err := b.load(k)
	if err != nil || e.cur == nil || e.cur.Gone(e.cur.Conflicts...) {
		return j, false, err
	}
	kind := b.c.File.Held().Kind(k.kind)
	one, two := e.cur.Get(kind.Scope.Roots[0]), e.cur.Get(kind.Scope.Roots[1])
	j = join{kind: kind, row: k, first: key{kind.Field(kind.Scope.Roots[0]).Ref, one.ID()}, second: key{kind.Field(kind.Scope.Roots[1]).Ref, two.ID()}}
	return j, !one.IsNull() && !two.IsNull(), nil
}

// ties reports whether a joining row ties the first roots of its second
// together, as a household does.
func (b *Batch) ties(j join) (bool, error) {
	tie := j.kind.Scope.Kin
	if tie.Field == 0 {
		return false, nil
	}
	e, err := b.load(j.second)
	return err == nil && e.cur != nil && e.cur.Get(tie.Field).S == tie.Word, err
}

// kin are the other first roots that a joining row ties its own to.
func (b *Batch) kin(j join) (out []key, err error) {
	if tied, err := b.ties(j); err != nil || !tied {
		return nil, err
	}
	others, err := b.joined(j.second)
	for _, o := range others {
		if o.kind == j.kind && o.first != j.first {
			out = append(out, o.first)
		}
	}
	return out, err
}

// around are a first root, those it is linked to, their kin, and those these
// are linked to: it is held wherever one of them is based.
func (b *Batch) around(k key) ([]key, error) {
	self, err := b.linked(k)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(self)
	for _, one := range self {
		joined, err := b.joined(one)
		if err != nil {
			return nil, err
		}
		for _, j := range joined {
			kin, err := b.kin(j)
			if err != nil {
				return nil, err
			}
			for _, other := range kin {
				if slices.Contains(all, other) {
					continue
				}
				same, err := b.linked(other)
				if err != nil {
					return nil, err
				}
				all = append(all, same...)
			}
		}
	}
	return all, nil
}

// linked are a first root and those that ties of equals link to it, in as many
// steps as it takes.
func (b *Batch) linked(k key) ([]key, error) {
	out := []key{k}
	for i := 0; i < len(out); i++ {
		joined, err := b.joined(out[i])
		if err != nil {
			return nil, err
		}
		for _, j := range joined {
			if !j.kind.Scope.Both {
				continue
			}
			for _, other := range []key{j.first, j.second} {
				if !slices.Contains(out, other) {
					out = append(out, other)
				}
			}
		}
	}
	return out, nil
}

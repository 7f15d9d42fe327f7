package central

import (
	"cmp"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
)

// rootKinds are the kinds that rows of other kinds hang on.
func rootKinds(schema *crdt.Schema) map[uint8]bool {
	out := map[uint8]bool{}
	for _, k := range schema.Kinds {
		for _, f := range k.Scope.Roots {
			out[k.Field(f).Ref] = true
		}
	}
	return out
}

// secondKinds are the root kinds that are held wherever what is joined to them is.
func secondKinds(schema *crdt.Schema) map[uint8]bool {
	out := map[uint8]bool{}
	for _, k := range schema.Kinds {
		if k.Scope.Joins && !k.Scope.Both {
			out[k.Field(k.Scope.Roots[1]).Ref] = true
		}
	}
	return out
}

// Scopes are the scopes that hold a row as merged so far.
func (b *Batch) Scopes(row *rows.Stored) ([]int64, error) {
	if err := b.settle(); err != nil {
		return nil, err
	}
	return b.scopesOf(row)
}

// scopesOf are the scopes of a row as settled so far.
func (b *Batch) scopesOf(row *rows.Stored) (out []int64, err error) {
	rule := &b.c.File.Held().Kind(row.Kind).Scope
	switch {
	case rule.Everywhere:
		return []int64{OfficeScope}, nil
	case b.c.roots[row.Kind]:
		return b.member(key{row.Kind, row.ID})
	case rule.Home != 0:
		if v := row.Get(rule.Home); v.I != 0 {
			out = []int64{v.I}
		}
	}
	roots := rule.Roots
	if rule.Joins && !rule.Both {
		roots = roots[:1]
	}
	for _, f := range roots {
		v := row.Get(f)
		if v.IsNull() {
			continue
		}
		in, err := b.member(key{b.c.File.Held().Kind(row.Kind).Field(f).Ref, v.ID()})
		if err != nil {
			return nil, err
		}
		out = union(out, in)
	}
	return out, nil
}

func union(a, b []int64) []int64 {
	if len(a) == 0 {
		return b
	}
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// without are the scopes of a that are not in b.
func without(a, b []int64) (out []int64) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

// member are the scopes of a root row as settled so far, ascending. The slice
// is not to be changed.
func (b *Batch) member(k key) ([]int64, error) {
	if in, ok := b.members[k]; ok {
		return in, nil
	}
	in, err := scopeList(b.Tx, `SELECT scope FROM member WHERE kind=?1 AND row_id=?2 ORDER BY scope`, k)
	b.members[k] = in
	return in, err
}

func scopeList(tx *rows.Tx, sql string, k key) (out []int64, err error) {
	err = tx.Query(sql, func(s *sqlite.Stmt) error {
		out = append(out, s.ColumnInt64(0))
		return nil
	}, int64(k.kind), int64(k.id))
	return out, err
}

// follow notes what scopes follow from a written row: of a root row its home
// and what ties others to it; of a joining row its two roots.
func (b *Batch) follow(k key, e *entry) {
	kind := b.c.File.Held().Kind(k.kind)
	if b.c.roots[k.kind] {
		if e.cur == nil || e.old == nil || slices.ContainsFunc(b.c.decides[k.kind], func(f uint8) bool { return e.old.Get(f) != e.cur.Get(f) }) {
			b.unsettled[k] = true
		}
	}
	if !kind.Scope.Joins {
		return
	}
	row := cmp.Or(e.cur, e.old)
	for _, f := range kind.Scope.Roots {
		if v := row.Get(f); !v.IsNull() {
			root := key{kind.Field(f).Ref, v.ID()}
			b.unsettled[root] = true
			if !slices.Contains(b.joining[root], k) {
				b.joining[root] = append(b.joining[root], k)
			}
		}
	}
}

// decides are, by root kind, the fields that scopes follow: its home, and those
// whose words tie first roots together.
func decides(schema *crdt.Schema) map[uint8][]uint8 {
	out := map[uint8][]uint8{}
	for _, k := range schema.Kinds {
		if k.Scope.Home != 0 {
			out[k.Num] = append(out[k.Num], k.Scope.Home)
		}
		if k.Scope.Kin.Field != 0 {
			second := k.Field(k.Scope.Roots[1]).Ref
			out[second] = append(out[second], k.Scope.Kin.Field)
		}
	}
	return out
}

// settle gives the roots that may have to be held elsewhere their scopes: first
// those that decide for themselves (parties), then those held wherever the
// first are (holdings, groups). What hangs on them goes along.
func (b *Batch) settle() error {
	if len(b.unsettled) == 0 {
		return nil
	}
	firsts, seconds, err := b.concerned()
	if err != nil {
		return err
	}
	clear(b.unsettled)
	for _, k := range sorted(firsts) {
		changed, err := b.resettle(k)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		joined, err := b.joined(k)
		if err != nil {
			return err
		}
		for _, j := range joined {
			if !j.kind.Scope.Both {
				seconds[j.second] = true
			}
		}
	}
	for _, k := range sorted(seconds) {
		if _, err := b.resettle(k); err != nil {
			return err
		}
	}
	return nil
}

func sorted(keys map[key]bool) []key {
	out := make([]key, 0, len(keys))
	for k := range keys {
		out = append(out, k)
	}
	slices.SortFunc(out, func(x, y key) int { return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.id, y.id)) })
	return out
}

// concerned are the roots whose scopes may change with the unsettled ones:
// those themselves, the first roots of a second whose home or word changed, and
// whoever is linked or kin to first ones.
func (b *Batch) concerned() (firsts, seconds map[key]bool, err error) {
	firsts, seconds = map[key]bool{}, map[key]bool{}
	for _, k := range sorted(b.unsettled) {
		if !b.c.seconds[k.kind] {
			firsts[k] = true
			continue
		}
		seconds[k] = true
		joined, err := b.joined(k)
		if err != nil {
			return nil, nil, err
		}
		for _, j := range joined {
			firsts[j.first] = true
		}
	}
	for _, k := range sorted(firsts) {
		around, err := b.around(k)
		if err != nil {
			return nil, nil, err
		}
		for _, other := range around {
			firsts[other] = true
		}
	}
	return firsts, seconds, nil
}

// based are the scopes that a root has by itself: its home, where it was
// served, and the homes of what it is joined to, unless that ties.
func (b *Batch) based(k key) (out []int64, err error) {
	e, err := b.load(k)
	if err != nil || e.cur == nil {
		return nil, err
	}
	if home := b.home(k, e.cur); home != 0 {
		out = []int64{home}
	}
	served, err := b.servedAt(k)
	if err != nil {
		return nil, err
	}
	out = union(out, served)
	joined, err := b.joined(k)
	if err != nil {
		return nil, err
	}
	for _, j := range joined {
		tied, err := b.ties(j)
		if err != nil {
			return nil, err
		}
		second, err := b.load(j.second)
		if err != nil {
			return nil, err
		}
		if tied || j.kind.Scope.Both || j.first != k || second.cur == nil {
			continue
		}
		if home := b.home(j.second, second.cur); home != 0 {
			out = union(out, []int64{home})
		}
	}
	return out, nil
}

func (b *Batch) home(k key, row *rows.Stored) int64 {
	if f := b.c.File.Held().Kind(k.kind).Scope.Home; f != 0 {
		return row.Get(f).I
	}
	return 0
}

// wanted are the scopes that should hold a root.
func (b *Batch) wanted(k key) (out []int64, err error) {
	e, err := b.load(k)
	if err != nil || e.cur == nil {
		return nil, err
	}
	if !b.c.seconds[k.kind] {
		around, err := b.around(k)
		for _, other := range around {
			in, err := b.based(other)
			if err != nil {
				return nil, err
			}
			out = union(out, in)
		}
		return out, err
	}
	if home := b.home(k, e.cur); home != 0 {
		out = []int64{home}
	}
	joined, err := b.joined(k)
	for _, j := range joined {
		in, err := b.member(j.first)
		if err != nil {
			return nil, err
		}
		out = union(out, in)
	}
	return out, err
}

// resettle gives a root the scopes it should have; what hangs on it is numbered
// anew where that changes anything.
func (b *Batch) resettle(k key) (changed bool, err error) {
	e, err := b.load(k)
	if err != nil {
		return false, err
	}
	if e.old != nil && e.cur != nil {
		if was := b.home(k, e.old); was != 0 && was != b.home(k, e.cur) {
			if err := b.unserve(k, was); err != nil {
				return false, err
			}
		}
	}
	in, err := b.member(k)
	if err != nil {
		return false, err
	}
	want, err := b.wanted(k)
	if err != nil || slices.Equal(in, want) {
		return false, err
	}
	// What hangs on the row is loaded first: its scopes until now are noted then.
	if err := b.touchHanging(k); err != nil {
		return false, err
	}
	for _, scope := range without(in, want) {
		if err := b.Tx.Exec(`DELETE FROM member WHERE kind=?1 AND row_id=?2 AND scope=?3`, int64(k.kind), int64(k.id), scope); err != nil {
			return false, err
		}
	}
	for _, scope := range without(want, in) {
		if err := b.Tx.Exec(`INSERT INTO member (kind, row_id, scope) VALUES (?1, ?2, ?3)`, int64(k.kind), int64(k.id), scope); err != nil {
			return false, err
		}
	}
	b.members[k] = want
	e.touched = true
	if len(without(want, in)) > 0 {
		b.isNews(k)
	}
	return true, nil
}

// touchHanging numbers anew the rows that hang on a root row.
func (b *Batch) touchHanging(k key) error {
	for _, kind := range b.c.File.Held().Kinds {
		for i, f := range kind.Scope.Roots {
			fd := kind.Field(f)
			if fd.Ref != k.kind || kind.Scope.Joins && !kind.Scope.Both && i > 0 {
				continue
			}
			ids, err := b.Tx.IDs(`SELECT id FROM "`+kind.Name+`" WHERE "`+fd.Name+`"=?1`, int64(k.id))
			if err != nil {
				return err
			}
			for _, id := range ids {
				e, err := b.load(key{kind.Num, id})
				if err != nil {
					return err
				}
				e.touched = true
			}
		}
	}
	return nil
}

// ScopesIn tells, for a reader of the file, which scopes hold a row.
func (c *Central) ScopesIn(tx *rows.Tx) (func(*rows.Stored) ([]int64, error), error) {
	return newBatch(c, tx).scopesOf, nil
}

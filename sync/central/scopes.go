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

// Scopes are the scopes that hold a row as merged so far.
func (b *Batch) Scopes(row *rows.Stored) ([]int64, error) { return b.scopesOf(row) }

func (b *Batch) scopesOf(row *rows.Stored) ([]int64, error) {
	rule := &b.c.File.Held().Kind(row.Kind).Scope
	switch {
	case rule.Everywhere:
		return []int64{OfficeScope}, nil
	case b.c.roots[row.Kind]:
		return b.member(key{row.Kind, row.ID})
	case rule.Home != 0:
		if v := row.Get(rule.Home); v.I != 0 {
			return []int64{v.I}, nil
		}
		return nil, nil
	}
	roots := rule.Roots
	if rule.Joins && !rule.Both {
		roots = roots[:1]
	}
	var out []int64
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

// member are the scopes of a root row, ascending. The slice is not to be changed.
func (b *Batch) member(k key) ([]int64, error) {
	if in, ok := b.members[k]; ok {
		return in, nil
	}
	var in []int64
	err := b.Tx.Query(`SELECT scope FROM member WHERE kind=?1 AND row_id=?2 ORDER BY scope`, func(s *sqlite.Stmt) error {
		in = append(in, s.ColumnInt64(0))
		return nil
	}, int64(k.kind), int64(k.id))
	b.members[k] = in
	return in, err
}

// grow makes a scope hold a root row, and with it what hangs on it.
func (b *Batch) grow(k key, scope int64) error {
	in, err := b.member(k)
	if err != nil || scope == 0 || slices.Contains(in, scope) {
		return err
	}
	// What hangs on the row is loaded first: its scopes until now are noted then.
	if _, err := b.load(k); err != nil {
		return err
	}
	joined, err := b.touchHanging(k)
	if err != nil {
		return err
	}
	if err := b.Tx.Exec(`INSERT INTO member (kind, row_id, scope) VALUES (?1, ?2, ?3)`, int64(k.kind), int64(k.id), scope); err != nil {
		return err
	}
	b.members[k] = union(in, []int64{scope})
	if e := b.rows[k]; e.cur != nil {
		e.touched = true
	}
	for _, j := range joined {
		if err := b.grow(j, scope); err != nil {
			return err
		}
	}
	return nil
}

// touchHanging numbers anew the rows that hang on a root row, and returns the
// root rows that are joined to it and follow it.
func (b *Batch) touchHanging(k key) (joined []key, err error) {
	joined = slices.Clone(b.joins[k])
	if b.rows[k].old == nil {
		return joined, nil // what hangs on a new row is in this batch
	}
	for _, kind := range b.c.File.Held().Kinds {
		for i, f := range kind.Scope.Roots {
			fd := kind.Field(f)
			if fd.Ref != k.kind || kind.Scope.Joins && !kind.Scope.Both && i > 0 {
				continue
			}
			ids, err := b.Tx.IDs(`SELECT id FROM "`+kind.Name+`" WHERE "`+fd.Name+`"=?1`, int64(k.id))
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				e, err := b.load(key{kind.Num, id})
				if err != nil {
					return nil, err
				}
				e.touched = true
				joined = append(joined, joinedBy(kind, e.cur, k)...)
			}
		}
	}
	return joined, nil
}

// joinedBy are the root rows that a row of a joining kind makes follow k.
func joinedBy(kind *crdt.Kind, row *rows.Stored, k key) (out []key) {
	if !kind.Scope.Joins || row == nil {
		return nil
	}
	first, second, ok := joins(kind, row)
	switch {
	case !ok:
		return nil
	case k == first:
		return []key{second}
	case kind.Scope.Both:
		return []key{first}
	}
	return nil
}

// joins are the two roots that a joining row ties; false where one is missing,
// and where a tie of equals was removed.
func joins(kind *crdt.Kind, row *rows.Stored) (first, second key, ok bool) {
	one, other := kind.Scope.Roots[0], kind.Scope.Roots[1]
	first = key{kind.Field(one).Ref, row.Get(one).ID()}
	second = key{kind.Field(other).Ref, row.Get(other).ID()}
	gone := kind.Scope.Both && row.Gone(row.Conflicts...)
	return first, second, !row.Get(one).IsNull() && !row.Get(other).IsNull() && !gone
}

// settle draws from a written row what scopes follow: its home, and for a
// joining row the homes and scopes of its two roots.
func (b *Batch) settle(k key, row *rows.Stored) error {
	kind := b.c.File.Held().Kind(k.kind)
	if b.c.roots[k.kind] && kind.Scope.Home != 0 {
		home := row.Get(kind.Scope.Home).I
		if err := b.grow(k, home); err != nil {
			return err
		}
		if home != 0 {
			return b.drawFirsts(k, home)
		}
	}
	if !kind.Scope.Joins {
		return nil
	}
	first, second, ok := joins(kind, row)
	if !ok {
		return nil
	}
	b.joins[first] = append(b.joins[first], second)
	if kind.Scope.Both {
		b.joins[second] = append(b.joins[second], first)
		return cmp.Or(b.follow(first, second), b.follow(second, first))
	}
	b.joined[second] = append(b.joined[second], first)
	return cmp.Or(b.drawHome(first, second), b.follow(first, second))
}

// follow makes second held wherever first is.
func (b *Batch) follow(first, second key) error {
	in, err := b.member(first)
	if err != nil {
		return err
	}
	for _, scope := range in {
		if err := b.grow(second, scope); err != nil {
			return err
		}
	}
	return nil
}

// drawHome makes first held at the home of second.
func (b *Batch) drawHome(first, second key) error {
	row, err := b.Get(second.kind, second.id)
	if err != nil || row == nil {
		return err
	}
	return b.grow(first, row.Get(b.c.File.Held().Kind(second.kind).Scope.Home).I)
}

// drawFirsts makes the first roots of what joins k held at k's home: for a
// holding that moves to another branch, or that comes after its roles.
func (b *Batch) drawFirsts(k key, home int64) error {
	if old := b.rows[k].old; old != nil && old.Get(b.c.File.Held().Kind(k.kind).Scope.Home).I == home {
		return nil
	}
	for _, first := range slices.Clone(b.joined[k]) {
		if err := b.grow(first, home); err != nil {
			return err
		}
	}
	for _, kind := range b.c.File.Held().Kinds {
		if !kind.Scope.Joins || kind.Field(kind.Scope.Roots[1]).Ref != k.kind {
			continue
		}
		first, second := kind.Field(kind.Scope.Roots[0]), kind.Field(kind.Scope.Roots[1])
		ids, err := b.Tx.IDs(`SELECT "`+first.Name+`" FROM "`+kind.Name+`" WHERE "`+second.Name+`"=?1`, int64(k.id))
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := b.grow(key{first.Ref, id}, home); err != nil {
				return err
			}
		}
	}
	return nil
}

// ScopesIn tells, for a reader of the file, which scopes hold a row.
func (c *Central) ScopesIn(tx *rows.Tx) (func(*rows.Stored) ([]int64, error), error) {
	return newBatch(c, tx).scopesOf, nil
}

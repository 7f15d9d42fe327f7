package mapping

import "slices"

// circles refuses lookups from which no order of reading files follows.
func (r *reader) circles() {
	state := map[*File]int{} // 1: being visited, 2: done
	var visit func(f *File) bool
	visit = func(f *File) bool {
		switch state[f] {
		case 1:
			return false
		case 2:
			return true
		}
		state[f] = 1
		for _, x := range r.m.Rows {
			for _, v := range x.Vias {
				if x.File == f && !visit(v.Lookup.File) {
					r.doc.fault([]string{"rows", x.Name}, "looks into file %s, which in turn needs file %s read first", v.Lookup.File.Name, f.Name)
					return false
				}
			}
		}
		state[f] = 2
		return true
	}
	for _, f := range r.m.Files {
		if !visit(f) {
			return
		}
	}
}

// unused refuses files that nothing reads: most often a misspelt name.
func (r *reader) unused() {
	used := map[*File]bool{}
	for _, x := range r.m.Rows {
		used[x.File] = true
	}
	for _, l := range r.m.Lookups {
		used[l.File] = true
	}
	for _, f := range r.m.Files {
		if !used[f] {
			r.doc.fault([]string{"file", f.Name}, "no rows and no lookup use this file")
		}
	}
}

// columns tells each lookup which of its columns somebody uses.
func (r *reader) columns() {
	for _, x := range r.m.Rows {
		for _, s := range x.Sources() {
			if l := r.lookups[s.Lookup]; l != nil && !slices.Contains(l.Columns, s.Column) {
				l.Columns = append(l.Columns, s.Column)
			}
		}
	}
	for _, l := range r.m.Lookups {
		slices.Sort(l.Columns)
	}
}

// Sources lists every column that the rows use, with repetitions.
func (x *Rows) Sources() []Source {
	out := x.Key.Sources()
	for _, v := range x.Vias {
		out = append(out, v.Key.Sources()...)
	}
	for _, c := range x.Where {
		out = append(out, c.Source)
	}
	for _, list := range [][]Field{x.Lets, x.Fields} {
		for _, f := range list {
			out = append(out, f.From.Sources()...)
			for _, c := range f.When {
				out = append(out, c.Source)
			}
		}
	}
	return out
}

package terms

import "sync"

// remembered is how many names a Memory holds in each of its two halves: some
// screens full of letters that a clerk types one after the other.
const remembered = 2048

// Memory remembers what can be found of names, so that the next letter that
// somebody types does not take the same names apart again. Its zero value is
// ready; it may be used by many at once.
type Memory struct {
	mu         sync.Mutex
	young, old map[string]*readName // what is asked for moves to the young half
}

// readName is a name taken apart.
type readName struct {
	terms   termSets
	compact []string
}

// Score is q.Score of a document that has just this name, and the numbers and
// words of d.
func (m *Memory) Score(q Query, name string, d Document) int {
	if q.Empty() {
		return 0
	}
	n := m.read(name)
	x := n.terms
	x.addOthers(d)
	return q.score(&x, n.compact)
}

func (m *Memory) read(name string) *readName {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.young[name]
	if n != nil {
		return n
	}
	if n = m.old[name]; n == nil {
		names := []string{name}
		n = &readName{terms: Document{Names: names}.terms(), compact: compactNames(names)}
	}
	if m.young == nil || len(m.young) >= remembered {
		m.young, m.old = make(map[string]*readName, remembered), m.young
	}
	m.young[name] = n
	return n
}

package sim

import "container/heap"

// event is something that will happen.
type event struct {
	atMS int64
	n    uint64 // of two at one instant the one that was planned first
	do   func()
}

// queue holds events, the next one first.
type queue struct {
	events []event
	last   uint64
}

func (q *queue) Len() int { return len(q.events) }
func (q *queue) Less(i, j int) bool {
	a, b := &q.events[i], &q.events[j]
	return a.atMS < b.atMS || a.atMS == b.atMS && a.n < b.n
}
func (q *queue) Swap(i, j int) { q.events[i], q.events[j] = q.events[j], q.events[i] }
func (q *queue) Push(x any)    { q.events = append(q.events, x.(event)) }
func (q *queue) Pop() any {
	e := q.events[len(q.events)-1]
	q.events = q.events[:len(q.events)-1]
	return e
}

func (q *queue) plan(atMS int64, do func()) {
	q.last++
	heap.Push(q, event{atMS, q.last, do})
}

func (q *queue) next() event { return heap.Pop(q).(event) }

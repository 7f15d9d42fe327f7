package main

// seldomParts is how many parts a snapshot has before its progress is told.
const seldomParts = 10

// progress tells how far a new workstation's snapshot has come, in tenths.
func (p *program) progress() func(done, total int) {
	last := 0
	return func(done, total int) {
		if tenth := done * 10 / max(total, 1); total >= seldomParts && tenth != last {
			last = tenth
			p.say("The branch is on its way: %d %%.", tenth*10)
		}
	}
}

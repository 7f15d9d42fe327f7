package replica

// beside takes a page of a neighbour, in the place of one that central does not
// send: only while the line is down, in the epoch that is known, and from where
// the file stands, and not older than what is known. A pull that is in flight then ends unheard. Whether it was
// central that signed the page is the executor's to check.
func (r *Replica) beside(e *Beside) {
	p := e.Page
	s := r.scope(p.Scope)
	if s == nil || r.online || r.came != nil || s.epoch == 0 || p.Epoch != s.epoch || p.Since != s.feed || p.Until <= p.Since || s.below(p) {
		return
	}
	r.written = max(r.written, e.Written)
	if has := p.Vector[r.c.Origin]; has < r.taken || has > e.Confirmed || e.Confirmed > r.written {
		return // an old page, or one of another life of this file: central has to say so itself
	}
	r.sent = max(r.sent, e.Confirmed)
	if r.asked != nil && r.pull.ticket != 0 {
		r.asked.want = true // it was asked in vain
	}
	s.headBefore = s.head
	r.asked, r.pull.ticket = s, r.ticket()
	r.came = &came{page: p, until: p.Until, more: p.More, epoch: p.Epoch, has: p.Vector[r.c.Origin], head: p.Head, beside: true}
}

// Taking reports whether the page until this number is on its way into the file.
func (r *Replica) Taking(scope, until int64) bool {
	return r.came != nil && r.asked.scope == scope && r.came.until == until
}

package sim

import "bough/node/crm"

// Refuse is the fault that central refuses changes for no reason.
const Refuse Fault = "refuse"

// syncing is what workstations and central tell each other.
func syncing() feature {
	return feature{
		faults: []fault{{Refuse, "central refuses changes for no reason"}},
		routes: []route{
			{"push", "pushed", (*hub).push, (*station).pushed},
			{"pull", "page", (*hub).pull, (*station).paged},
			{"watch", "news", (*hub).wait, (*station).watched},
		},
		refusals: []refusal{
			{code: vetoCode},
		},
		checks: []check{
			{2, "a refusal has a reason", func(w *World, _ *quiet) { w.checkRefusals() }},
			{2, "central has each change once", func(w *World, _ *quiet) { w.checkTaken() }},
			{1, "written = accepted + refused, nothing missing", (*World).checkProofs},
		},
		situations: []string{"refused change", "void row", "push overlaps what is taken", "page under untaken work", "pull of many pages"},
	}
}

// sessionCell is the row of the session in which an act was written.
func sessionCell(a *act) cell { return cell{crm.Session, a.session, 0} }

// wasRefused reports whether the change that made a row was refused.
func (t *truth) wasRefused(row cell) bool {
	made := t.made[row]
	return made != nil && made.refused != ""
}

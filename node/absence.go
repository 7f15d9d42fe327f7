package node

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/bundle"
	"bough/sync/central"
	"bough/webui/hq"
)

// Names and limits of the answers that central keeps.
const (
	answersName = "answers" // folder
	resultTail  = ".json"   // of what is told about one
	answersKept = 100
)

// absencePanels is what head office does for workstations without a line.
func (h *HeadOffice) absencePanels() hq.Absence {
	return hq.Absence{Leases: h.leases, Code: h.leaseCode, Take: h.takeStick, Sticks: h.sticks, Answer: h.answer}
}

// leases lists the workstations of which half the lease is gone, or all of it,
// as far as is known here.
func (h *HeadOffice) leases(ctx context.Context) ([]hq.LeaseLine, error) {
	all, err := h.leaseLines(ctx)
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(all, func(l hq.LeaseLine) bool { return l.LeftMS*2 >= l.UntilMS-max(l.SeenMS, l.CodeMS) })
	slices.SortFunc(out, func(a, b hq.LeaseLine) int {
		return cmp.Or(cmp.Compare(a.UntilMS, b.UntilMS), cmp.Compare(a.Origin, b.Origin))
	})
	return out, nil
}

// leaseLines is how the leases stand of all workstations that are not revoked.
func (h *HeadOffice) leaseLines(ctx context.Context) (out []hq.LeaseLine, err error) {
	nodes, err := h.Office.Central.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	codes, err := h.Office.Central.LeaseCodes(ctx)
	if err != nil {
		return nil, err
	}
	names, err := h.branchNames(ctx)
	if err != nil {
		return nil, err
	}
	days := map[int64]int64{}
	for _, n := range nodes {
		if n.Revoked {
			continue
		}
		if days[n.Branch] == 0 {
			if days[n.Branch], err = h.Office.Local.LeaseDays(ctx, n.Branch); err != nil {
				return nil, err
			}
		}
		until := max(n.SeenMS, n.Joined, codes[n.Origin]) + days[n.Branch]*store.DayMS
		out = append(out, hq.LeaseLine{Origin: n.Origin, Branch: n.Branch, BranchName: names[n.Branch], Name: n.Name, SeenMS: n.SeenMS,
			UntilMS: until, LeftMS: max(0, until-h.nowMS()), CodeMS: codes[n.Origin]})
	}
	return out, nil
}

func (h *HeadOffice) branchNames(ctx context.Context) (map[int64]string, error) {
	branches, err := h.Desk.Branches(ctx)
	names := map[int64]string{}
	for _, b := range branches {
		names[b.Number] = b.Name
	}
	return names, err
}

// leaseCode makes a code to be read over the phone.
func (h *HeadOffice) leaseCode(ctx context.Context, who *desk.Who, origin crdt.Origin) (code string, of hq.LeaseLine, err error) {
	all, err := h.leaseLines(ctx)
	if err != nil {
		return "", of, err
	}
	at := slices.IndexFunc(all, func(l hq.LeaseLine) bool { return l.Origin == origin })
	if at < 0 {
		return "", of, &desk.Error{Reason: desk.Invalid, Field: "origin", Code: "no_station", Message: "There is no workstation of this number."}
	}
	code, err = h.Office.Central.LeaseCode(ctx, h.authority, origin)
	if err == nil {
		h.o.Log.Info("a lease code was given", "workstation", origin, "by", who.Person)
	}
	return code, all[at], err
}

// stickAnswers is the folder where answers are kept until they were taken back.
// Each can be read only by whom it is for.
func (h *HeadOffice) stickAnswers() string { return h.dir.file(answersName) }

// takeStick takes a bundle that was brought to the page, and keeps the answer.
func (h *HeadOffice) takeStick(ctx context.Context, who *desk.Who, r io.Reader) (line hq.StickLine, err error) {
	if err := os.MkdirAll(h.stickAnswers(), 0o700); err != nil {
		return line, fmt.Errorf("node: keep answer: %w", err)
	}
	part, err := os.CreateTemp(h.stickAnswers(), "*"+partTail)
	if err != nil {
		return line, fmt.Errorf("node: keep answer: %w", err)
	}
	_ = part.Close() // it is empty
	defer func() { _ = os.Remove(part.Name()) }()
	var out CarriedOut
	size, err := writeWhole(part.Name(), func(w io.Writer) (err error) {
		out, err = h.ReadWork(ctx, r, w)
		return err
	})
	if err != nil && !errors.Is(err, errNoAnswer) {
		return line, bundleFault(err)
	}
	names, err := h.branchNames(ctx)
	if err != nil {
		return line, err
	}
	line = hq.StickLine{Origin: out.Origin, Branch: out.Branch, BranchName: names[out.Branch], Name: out.Name, AtMS: h.nowMS(), By: who.Name,
		Taken: out.Taken - out.Refused, Known: out.Known, Refused: out.Refused, Missed: out.Missed, Cut: out.Cut, Revoked: out.Revoked, SizeBytes: size,
		Answer: fmt.Sprintf("%d-%d-%d", h.nowMS(), out.Branch, out.Origin)}
	if !line.Revoked {
		err = os.Rename(part.Name(), h.answerFile(line.Answer, newsTail))
	}
	if err == nil {
		_, err = writeWhole(h.answerFile(line.Answer, resultTail), func(w io.Writer) error { return json.NewEncoder(w).Encode(line) })
	}
	return line, errors.Join(err, h.forgetAnswers())
}

func (h *HeadOffice) answerFile(id, tail string) string {
	return filepath.Join(h.stickAnswers(), id+tail)
}

// answerIDs are the answers that are kept, newest first.
func (h *HeadOffice) answerIDs() (ids []string, err error) {
	paths, err := filepath.Glob(filepath.Join(h.stickAnswers(), "*"+resultTail))
	for _, path := range paths {
		ids = append(ids, strings.TrimSuffix(filepath.Base(path), resultTail))
	}
	slices.Sort(ids) // the time stands first, in as many digits for centuries
	slices.Reverse(ids)
	return ids, err
}

// forgetAnswers removes those that are too many.
func (h *HeadOffice) forgetAnswers() error {
	ids, err := h.answerIDs()
	for _, id := range ids[min(len(ids), answersKept):] {
		if gone := os.Remove(h.answerFile(id, newsTail)); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		err = errors.Join(err, os.Remove(h.answerFile(id, resultTail)))
	}
	return err
}

// sticks lists the bundles that were brought, newest first.
func (h *HeadOffice) sticks(context.Context) (out []hq.StickLine, err error) {
	ids, err := h.answerIDs()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		b, err := os.ReadFile(h.answerFile(id, resultTail))
		if err != nil {
			return nil, fmt.Errorf("node: list answers: %w", err)
		}
		var line hq.StickLine
		if err := json.Unmarshal(b, &line); err != nil {
			return nil, fmt.Errorf("node: list answers: %s: %w", id, err)
		}
		out = append(out, line)
	}
	return out, nil
}

// answer is the file of an answer, with the name that its workstation looks for.
func (h *HeadOffice) answer(id string) (path, name string, err error) {
	ids, err := h.answerIDs()
	if err != nil {
		return "", "", err
	}
	path = h.answerFile(id, newsTail)
	if _, gone := os.Stat(path); gone != nil || !slices.Contains(ids, id) {
		return "", "", &desk.Error{Reason: desk.NotFound, Code: "no_answer", Message: "this answer is not kept any more; bring the bundle again"}
	}
	_, of, _ := strings.Cut(id, "-")
	return path, "bough-" + of + newsTail, nil
}

// faultWord says a fault to people.
type faultWord struct {
	is         error
	code, says string
}

// inWords is the first of the words that fits a fault; nil: none does.
func inWords(err error, field string, words []faultWord) *desk.Error {
	for _, w := range words {
		if errors.Is(err, w.is) {
			return &desk.Error{Reason: desk.Invalid, Field: field, Code: w.code, Message: w.says}
		}
	}
	return nil
}

// bundleFaults are the faults of a bundle.
var bundleFaults = []faultWord{
	{central.ErrUnknownNode, "bundle_station", "this bundle is of a workstation that is not known here"},
	{central.ErrLetter, "bundle_letter", "this bundle is not what its workstation wrote"},
	{central.ErrFork, "bundle_fork", "another history of this workstation is known here; it has to reach the line"},
	{bundle.ErrOtherBank, "bundle_bank", "this bundle is of another bank"},
	{bundle.ErrKind, "bundle_kind", "this is an answer and no bundle; it belongs to its workstation"},
	{bundle.ErrNewer, "bundle_newer", "this bundle was written by a newer release; upgrade head office first"},
	{bundle.ErrDamaged, "bundle_damaged", "this bundle is damaged; write it again at the workstation"},
	{bundle.ErrCut, "bundle_damaged", "this bundle is damaged; write it again at the workstation"},
	{bundle.ErrForeign, "bundle_foreign", "this is not a file of bough"},
}

func bundleFault(err error) error {
	if said := inWords(err, "bundle", bundleFaults); said != nil {
		return said
	}
	return err
}

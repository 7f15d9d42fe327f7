package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMixedReleases is with a program of its own for the release before: today's
// source with a table that lacks a kind and a field, so that nothing but the line
// joins the two.
func TestMixedReleases(t *testing.T) {
	bin := releaseBefore(t)
	t.Run("a central of the release before holds what it does not know, until it is upgraded", func(t *testing.T) { centralBefore(t, bin) })
	t.Run("a workstation of the release before keeps and passes on what it does not know, and gives nobody its file", func(t *testing.T) { nodeBefore(t, bin) })
}

// lacked is what the release before does not know, as it stands in
// node/crm/kinds.go, and what stands there in its place.
var lacked = strings.NewReplacer(
	"keying(), removal(), feedback(),", "keying(), removal(),",
	"		party(), reach(),", "		withoutEmployer(party()), reach(),",
	"// Table is the schema as data.", `func withoutEmployer(k *crdt.Kind) *crdt.Kind {
	var known []crdt.Field
	for _, f := range k.Fields {
		if f.Num != PartyEmployer {
			known = append(known, f)
		}
	}
	k.Fields = known
	return k
}

// Table is the schema as data.`)

// releaseBefore builds the program of the release before.
func releaseBefore(t *testing.T) (bin string) {
	t.Helper()
	path, err := filepath.Abs("../../node/crm/kinds.go")
	must(t, err)
	today, err := os.ReadFile(path)
	must(t, err)
	text := lacked.Replace(string(today))
	if strings.Count(text, "withoutEmployer") != 2 || strings.Contains(text, " feedback(),") {
		t.Fatalf("%s does not have the lines any more that the release before lacks", path)
	}
	folder := t.TempDir()
	changed, overlay := filepath.Join(folder, "kinds.go"), filepath.Join(folder, "overlay.json")
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	must(t, err)
	must(t, os.WriteFile(changed, []byte(text), 0o600))
	must(t, os.WriteFile(overlay, replaced, 0o600))
	bin = filepath.Join(folder, "bough")
	build := exec.Command("go", "build", "-buildvcs=false", "-overlay", overlay, "-ldflags", "-X main.version=before", "-o", bin, "bough/cmd/bough")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the release before: %v\n%s", err, out)
	}
	return bin
}

// teller is branch 1 with a teller.
func (b *bank) teller() {
	b.t.Helper()
	done(b.t, "", "branch", "add", "--dir", b.central.dir, "--number", "1", "--name", "High Street")
	b.person("jana", "manager", 1)
}

// ahead writes, at a workstation of today, what the release before does not know:
// a field of a customer, whose id it returns, and a row of a kind, which has the
// text.
func (w *workstation) ahead(name, text string) (id string) {
	w.t.Helper()
	var saved struct{ ID string }
	w.door().do(w.t, http.MethodPost, "/customers", map[string]any{"type": "person", "name": name, "employer": "The Mill"}, &saved)
	w.walk("/feedback", url.Values{"type": {"slow"}, "page": {"/find"}, "text": {text}})
	return saved.ID
}

// walk signs a person in on the pages, and posts a form, or reads a page if there is
// none; what is shown then is returned.
func (w *workstation) walk(path string, form url.Values) string {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	web := &http.Client{Jar: jar, Timeout: commandWithin}
	at := w.door().url
	text := ""
	for _, step := range []struct {
		path string
		form url.Values
	}{{"/signin", url.Values{"login": {w.login}, "password": {password}}}, {path, form}} {
		answer, err := web.PostForm(at+step.path, step.form)
		if step.form == nil {
			answer, err = web.Get(at + step.path)
		}
		must(w.t, err)
		text, err = textOf(answer)
		must(w.t, err)
		if answer.StatusCode != http.StatusOK {
			w.t.Fatalf("%s at %s: %s\n%s", step.path, w.name, answer.Status, text)
		}
	}
	return text
}

// employer wants that a process shows, or does not know, where somebody works.
func employer(t *testing.T, d *door, id, want string) {
	t.Helper()
	until(t, settleWithin, "the employer is "+want, func() (bool, string) {
		a, err := d.ask(http.MethodGet, "/customers/"+id, nil, "")
		if err != nil || !a.ok() {
			return false, fmt.Sprint(err, a)
		}
		var c customer
		must(t, json.Unmarshal(a.raw, &c))
		return c.field("employer") == want, string(a.raw)
	})
}

// held waits until so many changes of a workstation are held.
func (w *workstation) held(n uint64) {
	w.t.Helper()
	until(w.t, settleWithin, fmt.Sprint(n, " changes are held"), func() (bool, string) {
		s, ok := w.door().how()
		return ok && s.Held == n && s.Unsent == 0, fmt.Sprintf("%+v", s)
	})
}

func centralBefore(t *testing.T, bin string) {
	b := newBank(t)
	b.bin = bin
	b.opened()
	b.bin = ""
	b.teller()
	w := b.join(1, "desk")
	b.sign(w, "jana")
	b.filled()
	ada := w.ahead("Ada of tomorrow", "what a newer release writes")
	w.held(1)
	b.quiet(settleWithin)
	employer(t, w.door(), ada, "The Mill")
	employer(t, b.central.door, ada, "")
	if page := w.walk("/outage", nil); !strings.Contains(page, "written by a newer version than head office runs") {
		t.Errorf("its author is not told why it waits:\n%s", page)
	}

	b.central.stop()
	b.central.bin = ""
	b.back()
	w.held(0)
	b.quiet(settleWithin)
	employer(t, b.central.door, ada, "The Mill")
	if page := w.walk("/feedback/list", nil); !strings.Contains(page, "what a newer release writes") {
		t.Errorf("what was held is not there after the upgrade:\n%s", page)
	}
	b.sound()
}

func nodeBefore(t *testing.T, bin string) {
	b := openBank(t)
	b.teller()
	lans := []string{freePort(t), freePort(t)}
	b.bin = bin
	old := b.join(1, "old", "--lan", lans[0], "--peer", lans[1])
	b.sign(old, "jana")
	b.filled()

	// A newcomer of today asks its neighbour first: the file does not fit, which is
	// said, and it begins with what central has.
	b.bin = ""
	line := b.lines[1]
	delete(b.lines, 1)
	fresh := b.enrol(1, "fresh")
	b.lines[1].set(refused)
	b.run(fresh, "--lan", lans[1], "--peer", lans[0])
	until(t, settleWithin, "the newcomer says that its neighbour's file does not fit", func() (bool, string) {
		page := pageAt(fresh.door().url)
		return strings.Contains(page, "of another release than the one here"), page
	})
	b.lines[1].set(open)
	b.sign(fresh, "jana")
	b.filled()

	// Its line is cut: what the neighbour does not know goes through it all the same.
	b.lines[1].set(refused)
	until(t, settleWithin, "the newcomer's line is down", func() (bool, string) {
		s, ok := fresh.door().how()
		return ok && !s.Online, fmt.Sprintf("%+v", s)
	})
	bea := fresh.ahead("Bea of tomorrow", "passed on by the release before")
	employer(t, b.central.door, bea, "The Mill")
	employer(t, old.door(), bea, "")

	// The neighbour is upgraded, without a line: it has kept all of it.
	line.set(refused)
	old.stop()
	old.bin = ""
	old.again()
	employer(t, old.door(), bea, "The Mill")
	if page := old.walk("/feedback/list", nil); !strings.Contains(page, "passed on by the release before") {
		t.Errorf("the upgrade does not show what was kept:\n%s", page)
	}
	line.set(open)
	b.lines[1].set(open)
	b.quiet(settleWithin)
	b.sound()
}

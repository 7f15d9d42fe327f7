package node

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bough/node/desk"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/rows"
)

// reader is a browser without JavaScript.
type reader struct {
	t   *testing.T
	at  string // http://host:port
	web *http.Client
}

func newReader(t *testing.T, address string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t, "http://" + address, &http.Client{Jar: jar, Timeout: patience}}
}

// answer is what the reader is shown in the end, redirects followed.
func (r *reader) answer(a *http.Response, err error) (string, http.Header) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b), a.Header
}

func (r *reader) get(path string) string {
	r.t.Helper()
	page, _ := r.answer(r.web.Get(r.at + path))
	return page
}

func (r *reader) post(path string, form ...string) string {
	r.t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	page, _ := r.answer(r.web.PostForm(r.at+path, values))
	return page
}

// says fails unless the page has all of the texts.
func says(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %q:\n%s", text, page[max(0, strings.Index(page, "<main")):])
		}
	}
}

// until asks for a page until it says something.
func (r *reader) until(path, text string) string {
	r.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		page := r.get(path)
		if strings.Contains(page, text) {
			return page
		}
		if time.Now().After(deadline) {
			says(r.t, page, text)
			r.t.FailNow()
		}
	}
}

// cut is a branch whose line is down for good: central runs again under another
// address. The clock of all is one that can be moved.
type cut struct {
	t       *testing.T
	central *HeadOffice
	node    *Branch
	stick   string
	shift   *atomic.Int64 // ms
}

func (c *cut) pass(d time.Duration) { c.shift.Add(d.Milliseconds()) }

func cutOff(t *testing.T) *cut {
	t.Helper()
	c := &cut{t: t, stick: t.TempDir(), shift: &atomic.Int64{}}
	movable := func(o *Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(c.shift.Load()) * time.Millisecond) }
	}
	h := bank(t)
	if _, err := h.Office.AddPerson(t.Context(), rows.Actor{}, office.NewPerson{Login: "root", Role: "admin", Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	joined := station(t, h, "desk")
	meet(t, h, joined)
	for joined.held.Load().Key == nil {
		time.Sleep(10 * time.Millisecond) // it asks by itself
	}
	stopped(t, joined.Stop)
	stopped(t, h.Stop)
	there, here := h.o, joined.o
	there.Pages = "127.0.0.1:0"
	here.Sticks = []string{c.stick}
	movable(&there)
	movable(&here)
	c.central = startCentral(t, there)
	var err error
	if c.node, err = NewBranch(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, c.node.Stop) })
	if err := c.node.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// upload brings a file to a form.
func (r *reader) upload(path, name string, content []byte) string {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("bundle", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err = joinErr(err, form.Close()); err != nil {
		r.t.Fatal(err)
	}
	page, _ := r.answer(r.web.Post(r.at+path, form.FormDataContentType(), &body))
	return page
}

func joinErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// TestABranchWithoutALineIsOpenedByPhoneAndFedByStick walks the pages of both
// sides, as people would.
func TestABranchWithoutALineIsOpenedByPhoneAndFedByStick(t *testing.T) {
	c := cutOff(t)
	prospect(t, c.node, "Ada of the outage")
	clerk, office := newReader(t, c.node.Addr()), newReader(t, c.central.PagesAddr())
	office.post("/signin", "login", "root", "password", "correct horse")
	says(t, office.get("/leases"), "No lease runs out")

	c.pass(15 * 24 * time.Hour)
	says(t, clerk.post("/signin", "login", "jana", "password", "correct horse"), "has not heard from head office for too long", `href="/lease"`)
	number := fmt.Sprint(c.node.Origin())
	says(t, clerk.get("/lease"), "Nobody can sign in here", number, "desk")
	says(t, clerk.post("/lease", "code", "3K7M-Q2XW-0FHT"), "does not fit this workstation")

	// Work goes to a stick though nobody can sign in.
	says(t, clerk.get("/stick"), c.stick, "Nothing of bough is on this stick")
	clerk.post("/stick", "do", "work", "place", c.stick)
	says(t, clerk.until("/stick", "Take the stick to head office"), "2 changes", "Work for head office")
	says(t, clerk.post("/stick", "do", "work", "place", "/etc"), "not plugged in any more")

	// By phone.
	office.post("/signin", "login", "root", "password", "correct horse")
	says(t, office.get("/leases"), number, "Locked")
	page := office.post("/leases", "origin", number)
	code := regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(page)
	if code == nil {
		t.Fatalf("no code:\n%s", page)
	}
	says(t, clerk.post("/lease", "code", strings.ToLower(code[1])), "The code fits", "days more") // 14, or 13 where some ms have gone
	says(t, clerk.post("/signin", "login", "jana", "password", "correct horse", "back", "/outage"), `href="/lease"`, `href="/stick"`)
	says(t, clerk.post("/lease", "code", code[1]), "was used")

	// By stick.
	bundle, err := os.ReadFile(filepath.Join(c.stick, c.node.stickName(workTail)))
	if err != nil {
		t.Fatal(err)
	}
	says(t, office.upload("/sticks", "notes.txt", []byte("holiday pictures")), "This is not a file of bough")
	page = office.upload("/sticks", c.node.stickName(workTail), bundle)
	says(t, page, "Taken from desk", "2 changes taken, 0 known already, 0 not taken")
	link := regexp.MustCompile(`/sticks/[0-9-]+`).FindString(page)
	content, header := office.answer(office.web.Get(office.at + link))
	_, named, _ := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err := os.WriteFile(filepath.Join(c.stick, named["filename"]), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c.pass(13 * 24 * time.Hour)
	before := c.node.held.Load().UntilMS
	clerk.post("/signin", "login", "jana", "password", "correct horse")
	clerk.post("/stick", "do", "answer", "place", c.stick)
	says(t, clerk.until("/stick", "Head office wrote this"), "2 changes are there, 0 were not taken")
	if p, err := c.node.Store.Progress(t.Context()); err != nil || p.Taken != 2 {
		t.Errorf("taken are: %+v %v", p, err)
	}
	if after := c.node.held.Load().UntilMS; after < before {
		t.Errorf("the answer shortened the lease by %d ms", before-after)
	}
	office.post("/signin", "login", "root", "password", "correct horse")
	if again := office.upload("/sticks", "bough.bundle", bundle); !strings.Contains(again, "0 changes taken, 2 known already") {
		t.Errorf("brought again:\n%s", again)
	}
	stolen(c, office, bundle)
}

// stolen: the workstation is revoked. What is on a stick of it is held, and nobody
// gets an answer.
func stolen(c *cut, office *reader, bundle []byte) {
	c.t.Helper()
	if err := c.central.Office.Revoke(c.t.Context(), c.node.Origin()); err != nil {
		c.t.Fatal(err)
	}
	page := office.upload("/sticks", "bough.bundle", bundle)
	says(c.t, page, "Taken from desk", "This workstation was revoked", `href="/refused"`)
	ids, err := c.central.answerIDs()
	if err != nil || len(ids) == 0 {
		c.t.Fatal(ids, err)
	}
	says(c.t, office.get("/sticks/"+ids[0]), "not kept any more")
	if strings.Count(page, "Save the answer") != 2 {
		c.t.Errorf("answers are offered for more than was answered:\n%s", page)
	}
}

// TestTheAnswerOnAStickRenewsTheLease by its age, and sets no clock back.
func TestTheAnswerOnAStickRenewsTheLease(t *testing.T) {
	c := cutOff(t)
	c.pass(20 * 24 * time.Hour)
	if !c.node.leaseOver() {
		t.Fatal("the lease is not over")
	}
	var work, answer bytes.Buffer
	if _, err := c.node.WriteWork(t.Context(), &work, func(int) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.central.ReadWork(t.Context(), &work, &answer); err != nil {
		t.Fatal(err)
	}
	c.pass(3 * 24 * time.Hour) // on its way
	news, err := c.node.ReadNews(t.Context(), bytes.NewReader(answer.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	held := c.node.held.Load()
	if c.node.leaseOver() || held.UntilMS != news.AtMS+store.LeaseDays*store.DayMS || held.ClockMS < news.AtMS {
		t.Errorf("lease %+v, written %d", held, news.AtMS)
	}
	c.pass(12 * 24 * time.Hour)
	if _, err := c.node.ReadNews(t.Context(), bytes.NewReader(answer.Bytes())); err != nil || !c.node.leaseOver() {
		t.Errorf("an old answer renews it again: %v", err)
	}
}

// TestAStickThatIsPulledOutIsGoneOnWith from where its copy ended.
func TestAStickThatIsPulledOutIsGoneOnWith(t *testing.T) {
	c := cutOff(t)
	c.node.carrier.at = &desk.Carrying{}
	spool, place := c.node.dir.file(spoolName), filepath.Join(t.TempDir(), "gone")
	prospect(t, c.node, "Ada")
	if err := c.node.writeStick(t.Context(), place); stickFault(err).Code != "stick_gone" {
		t.Fatalf("without a stick: %v", err)
	}
	whole, err := os.ReadFile(spool)
	if err != nil {
		t.Fatal(err)
	}
	c.node.carrier.at = nil
	if s := c.node.carrying(); s == nil || !s.Resumes {
		t.Errorf("after a start nothing is to be gone on with: %+v", s)
	}
	c.node.carrier.at = &desk.Carrying{}
	if err := os.Mkdir(place, 0o700); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(place, c.node.stickName(workTail))
	spoilt := append(bytes.Clone(whole[:len(whole)/2]), []byte("what a torn write left, longer than the whole was"+strings.Repeat(".", len(whole)))...)
	if err := os.WriteFile(to+partTail, spoilt, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.node.writeStick(t.Context(), place); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(to)
	if err != nil || !bytes.Equal(got, whole) {
		t.Errorf("on the stick are %d bytes, not the %d: %v", len(got), len(whole), err)
	}
	if _, err := os.Stat(spool); err == nil {
		t.Error("what was put together lies there still")
	}
}

func TestACopyGoesOnWhereItEnded(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, size int) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			_, err = f.Write(bytes.Repeat([]byte("0123456789abcdef"), size/16))
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	from := file("from", 3*copyBytes+48)
	for _, size := range []int{0, 16, copyBytes, 2*copyBytes + 32, 3*copyBytes + 48, 5 * copyBytes} {
		to := file(fmt.Sprint("to", size), size)
		told := int64(0)
		if err := copyOn(context.Background(), to, from, func(n int64) { told = n }); err != nil {
			t.Fatal(err)
		}
		a, _ := os.ReadFile(from.Name())
		b, _ := os.ReadFile(to.Name())
		if !bytes.Equal(a, b) || told != int64(len(a)) {
			t.Errorf("after %d bytes were there: %d of %d, told %d", size, len(b), len(a), told)
		}
	}
}

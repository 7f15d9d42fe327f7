package demo

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"strings"
)

// view is what the start page shows, copied: templates hold no lock.
type view struct {
	*Words
	Fault     string
	Central   box
	Branches  []branchView
	Log       []line
	Head      []button // sign-ins at head office
	Shows     []showView
	Trouble   bool
	Customers string
	Seed      uint64
}

// box is a process on the map.
type box struct {
	Name, URL                  string
	Running, Starting, Online  bool
	Same, Met                  bool // it holds what central holds; it ever did
	Sees                       bool // another workstation of its branch, over the LAN
	Unsent, Safe               int  // of what central lacks, what a neighbour holds too
	Written, Accepted, Refused int64
}

// State is the class of the box on the map.
func (b box) State() string {
	switch {
	case b.Starting:
		return "starting"
	case !b.Running:
		return "off"
	case b.Online:
		return "on"
	}
	return "alone"
}

// OnlyHere is what exists on this workstation and nowhere else.
func (b box) OnlyHere() int { return b.Unsent - min(b.Safe, b.Unsent) }

type branchView struct {
	Number       int64
	Name, Region string
	Cut, Parted  bool // the line; the LAN
	Nodes        []box
	Proof        *proof
	Due          bool
	People       []button
}

// Note says what the cuts mean; empty: nothing is cut.
func (b branchView) Note() string {
	switch {
	case b.Cut && b.Parted:
		return "note_alone"
	case b.Cut:
		return "note_line"
	case b.Parted:
		return "note_lan"
	}
	return ""
}

// LAN says how the workstations see each other.
func (b branchView) LAN() string {
	running := 0
	for _, n := range b.Nodes {
		if n.Running {
			running++
		}
	}
	switch {
	case b.Parted:
		return "lan_is_cut"
	case running < 2:
		return "lan_one"
	}
	for _, n := range b.Nodes {
		if n.Running && !n.Sees {
			return "lan_looking"
		}
	}
	return "lan_up"
}

// button signs somebody in.
type button struct{ Login, Name, Role, At, To, Branch string }

type line struct{ At, Text string }

type showView struct {
	Key   string
	Where []button
}

func (d *Demo) view(w *Words, host string) *view {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := &view{Words: w, Central: d.box(d.central, host), Trouble: len(d.list) > 1, Customers: grouped(d.bank.Options.Customers), Seed: d.bank.Options.Seed}
	for _, b := range d.list {
		bv := branchView{Number: b.Number, Name: b.Name, Region: b.Region, Cut: b.line.isCut(), Parted: b.parted(), Proof: b.proof, Due: b.due, People: d.buttons(b.Number)}
		for _, n := range b.nodes {
			bv.Nodes = append(bv.Nodes, d.box(n, host))
		}
		v.Branches = append(v.Branches, bv)
	}
	v.Head = d.buttons(0)
	for _, e := range d.log {
		v.Log = append(v.Log, line{e.At.Format("15:04:05"), w.say(e.Key, e.Args...)})
	}
	for _, s := range d.shows {
		sv := showView{Key: s.Key}
		for _, l := range s.Where {
			sv.Where = append(sv.Where, button{Login: d.manager(l.Branch).Login, Name: l.Name, To: "/customers/" + l.ID.String(), Branch: l.Branch.Name})
		}
		v.Shows = append(v.Shows, sv)
	}
	return v
}

// box copies what is known of a process; mu is held.
func (d *Demo) box(w *workstation, host string) box {
	s := &w.status
	return box{Name: w.name, URL: w.url(host, "/"), Running: w.child.running(), Starting: w.starting || w.child.running() && !w.heard,
		Online: s.Online, Same: s.agrees(&d.central.status, w.branch), Met: s.Bootstrapped, Unsent: s.Unsent, Safe: s.Safe, Sees: s.Neighbours > 0, Written: s.Written, Accepted: s.Accepted, Refused: s.Refused}
}

func (d *Demo) buttons(branch int64) (out []button) {
	for _, p := range d.people {
		if p.Branch == branch {
			b := button{Login: p.Login, Name: p.Name, Role: p.Role}
			if branch != 0 {
				b.At = p.at.name
			}
			out = append(out, b)
		}
	}
	return out
}

// faultKey names a fault that people can help; any other is just a fault.
func faultKey(err error) string {
	for _, known := range []struct {
		err error
		key string
	}{{errOff, "fault_off"}, {errNoTrouble, "fault_trouble"}, {errNoPhone, "fault_phone"}} {
		if errors.Is(err, known.err) {
			return known.key
		}
	}
	return "fault"
}

// render makes a page or a part of it.
func render(name string, v *view) ([]byte, error) {
	t, err := template.New("").Funcs(functions()).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("demo: templates: %w", err)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, v); err != nil {
		return nil, fmt.Errorf("demo: page: %w", err)
	}
	return out.Bytes(), nil
}

// functions are what templates reckon with.
func functions() template.FuncMap {
	return template.FuncMap{
		"desk":  func(n int) int { return 4 + 180*n }, // where the n-th workstation stands on the map
		"words": func(w *Words, of any) part { return part{w, of} },
	}
}

// part is a piece of a view with the words to say it in.
type part struct {
	W *Words
	B any
}

// Words are the sentences of one language.
type Words struct {
	Tag       string
	sentences map[string]string
}

// T is a sentence; its key where it is missing, so that a test can find it.
func (w *Words) T(key string, args ...any) string { return w.say(key, args...) }

func (w *Words) say(key string, args ...any) string {
	if key == "" {
		return ""
	}
	s, ok := w.sentences[key]
	if !ok {
		return key
	}
	if len(args) == 0 || !strings.Contains(s, "%") {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// wordsFor picks the language: Chinese where the browser prefers it.
func wordsFor(accept string) *Words {
	for part := range strings.SplitSeq(strings.ToLower(accept), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch {
		case strings.HasPrefix(tag, "zh"):
			return chinese
		case strings.HasPrefix(tag, "en"):
			return english
		}
	}
	return english
}

package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/office/corefeed"
	"bough/node/office/corefeed/mapping"
	"bough/node/store/vault"
	"bough/sync/rows"
)

const (
	adminBody  = 8 << 20 // bytes of a command: a mapping file has room
	pagesNamed = 10      // damaged pages that a check names
)

// command registers a command: its input is read from JSON, its output written.
func command[In, Out any](mux *http.ServeMux, path string, fn func(context.Context, In) (Out, error)) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(io.LimitReader(r.Body, adminBody)).Decode(&in); err != nil {
			fail(w, fmt.Errorf("command %s: %w", path, err))
			return
		}
		out, err := fn(r.Context(), in)
		if err != nil {
			fail(w, err)
			return
		}
		_ = json.NewEncoder(w).Encode(out) // a caller that went away cannot be told
	})
}

func fail(w http.ResponseWriter, err error) {
	w.WriteHeader(http.StatusUnprocessableEntity)
	_ = json.NewEncoder(w).Encode(adminError{err.Error()})
}

// None is the input or output of a command that has none.
type None struct{}

// TokenIn asks for a bearer word; TokenOut is it.
type (
	TokenIn  struct{ Login, Password string }
	TokenOut struct{ Token string }
)

// BackupIn asks for a copy of the database; an empty Path chooses a name. Mark
// tells central that a dump by others covers all it holds.
type BackupIn struct {
	Path string
	Mark bool
}

// BackupOut tells where the copy lies; empty for a mark.
type BackupOut struct{ Path string }

// Finding is what a check found of one thing.
type Finding struct {
	What  string
	OK    bool
	Words string
}

func tokens(mux *http.ServeMux, d *desk.Desk) {
	command(mux, "/token", func(ctx context.Context, in TokenIn) (TokenOut, error) {
		token, _, err := d.SignIn(ctx, in.Login, in.Password, true)
		return TokenOut{token}, err
	})
}

// check looks at a file in plain words: every page, SQLite's own check, the
// chain of the journal, the digests. Where a page does not verify, the rest is
// looked at as far as it can be read.
func check(ctx context.Context, d *dir, f *rows.File, origin crdt.Origin, scopesOf func(*rows.Tx) (func(*rows.Stored) ([]int64, error), error)) ([]Finding, error) {
	bad, err := d.vault.Verify(f.Path())
	if err != nil {
		return nil, err
	}
	out := []Finding{pages(bad), sound(f.Integrity(ctx))}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = f.Read(ctx, func(tx *rows.Tx) error {
		n, err := tx.CheckChain(origin)
		chain := Finding{"chain", err == nil, fmt.Sprintf("%d changes, each link of the chain fits", n)}
		if err != nil {
			chain.Words = fmt.Sprintf("after %d changes: %v", n, err)
		}
		of, err := scopesOf(tx)
		if err != nil {
			return err
		}
		digests, err := checkDigests(tx, of)
		out = append(append(out, chain), digests...)
		return err
	})
	if err != nil && len(bad) > 0 {
		return append(out, Finding{"rows", false, "not all of them can be read"}), nil
	}
	return out, err
}

// pages tells which pages do not verify.
func pages(bad []vault.Damage) Finding {
	if len(bad) == 0 {
		return Finding{"pages", true, "every page of the file and its log verifies"}
	}
	var list []string
	for _, d := range bad[:min(len(bad), pagesNamed)] {
		list = append(list, d.String())
	}
	if more := len(bad) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return Finding{"pages", false, strings.Join(list, "; ")}
}

// sound tells what SQLite's own check says.
func sound(faults []string, err error) Finding {
	switch {
	case err != nil:
		return Finding{"file", false, fmt.Sprintf("SQLite cannot read the file: %v", err)}
	case len(faults) > 0:
		return Finding{"file", false, fmt.Sprintf("SQLite finds %d faults in the file; restore a backup. First: %s", len(faults), faults[0])}
	}
	return Finding{"file", true, "SQLite finds the file sound"}
}

// checkDigests adds up the rows of each scope anew.
func checkDigests(tx *rows.Tx, scopesOf func(*rows.Stored) ([]int64, error)) (out []Finding, err error) {
	sums := map[int64]crdt.Digest{}
	err = tx.Each(func(r *rows.Stored) error {
		in, err := scopesOf(r)
		for _, scope := range in {
			d := sums[scope]
			d.Add(r.Digest())
			sums[scope] = d
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	kept, err := tx.Scopes()
	for _, sc := range kept {
		f := Finding{fmt.Sprintf("scope %d", sc.Scope), sums[sc.Scope] == sc.Digest, "the rows add up to the digest"}
		if !f.OK {
			f.Words = "the rows do not add up to the digest kept for them: " + sums[sc.Scope].String() + " against " + sc.Digest.String()
		}
		out = append(out, f)
	}
	return out, err
}

// Admin answers the commands of a machine for central.
func (h *HeadOffice) Admin() http.Handler {
	mux := http.NewServeMux()
	command(mux, "/status", func(ctx context.Context, _ None) (any, error) { return h.Status(ctx) })
	tokens(mux, h.Desk)
	command(mux, "/person", func(ctx context.Context, in office.NewPerson) (string, error) {
		id, err := h.Office.AddPerson(ctx, rows.Actor{}, in)
		return id.String(), err
	})
	command(mux, "/branch", func(ctx context.Context, in struct {
		Number int64
		Name   string
	}) (None, error) {
		return None{}, h.Office.AddBranch(ctx, rows.Actor{}, in.Number, in.Name)
	})
	command(mux, "/code", func(ctx context.Context, in struct{ Branch int64 }) (TokenOut, error) {
		word, err := h.Office.NewCode(ctx, in.Branch)
		return TokenOut{word}, err
	})
	command(mux, "/line", func(ctx context.Context, in office.Line) (None, error) {
		return None{}, h.Office.SetLine(ctx, rows.Actor{}, in)
	})
	command(mux, "/revoke", func(ctx context.Context, in struct{ Origin crdt.Origin }) (None, error) {
		return None{}, h.Office.Revoke(ctx, in.Origin)
	})
	h.fleetCommand(mux)
	h.clockCommands(mux)
	h.erasureCommands(mux)
	h.restoredCommands(mux)
	h.moveCommands(mux)
	h.auditCommands(mux)
	command(mux, "/backup", h.backup)
	h.stickCommands(mux)
	h.leaseCommands(mux)
	command(mux, "/check", func(ctx context.Context, _ None) ([]Finding, error) {
		return check(ctx, h.dir, h.Office.Central.File, h.Office.Central.Origin(), h.Office.Central.ScopesIn)
	})
	mux.HandleFunc("POST /import", h.importFeed)
	command(mux, "/import/undo", h.undoImport)
	return mux
}

func (h *HeadOffice) backup(ctx context.Context, in BackupIn) (BackupOut, error) {
	if in.Mark {
		return BackupOut{}, h.Office.Central.MarkBackup(ctx)
	}
	return backup(ctx, h.o, in.Path, h.Office.Central.Backup)
}

// backup writes a copy of the file for the owner's eyes only; one that fails
// leaves nothing that could be taken for a backup.
func backup(ctx context.Context, o Options, path string, write func(context.Context, string) error) (BackupOut, error) {
	path, err := backupPath(o, path)
	if err != nil {
		return BackupOut{}, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return BackupOut{}, fmt.Errorf("node: backup: %s is there already; choose another name", path)
	}
	if err != nil {
		return BackupOut{}, fmt.Errorf("node: backup: %w", err)
	}
	err = write(ctx, path) // into the empty file
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return BackupOut{}, errors.Join(err, os.Remove(path))
	}
	return BackupOut{path}, syncDir(filepath.Dir(path))
}

func backupPath(o Options, path string) (string, error) {
	if path == "" {
		path = filepath.Join(o.Dir, "backups", "bough-"+o.Now().UTC().Format("20060102T150405.000Z")+".db")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", fmt.Errorf("node: backup: %w", err)
		}
	}
	return path, nil
}

// ImportIn asks for the core-banking feed of a folder.
type ImportIn struct {
	Folder   string
	Map      string // name of a built-in mapping, or of MapText
	MapText  string // the mapping; empty for a built-in one
	Date     string // of the feed, YYYY-MM-DD; empty: the mapping's
	Commit   bool
	By       string // login of who imports; empty: the machine's administrator
	Approved string // login of the second person, where one is needed
}

// ImportOut is one line of the answer: progress, or the end.
type ImportOut struct {
	Done, Total int64          `json:",omitempty"`
	Table       string         `json:",omitempty"` // what would change or changed, for people
	Plan        *corefeed.View `json:",omitempty"`
	Batch       string         `json:",omitempty"` // of a commit
	NeedsSecond bool           `json:",omitempty"`
	Error       string         `json:",omitempty"`
}

func (h *HeadOffice) importFeed(w http.ResponseWriter, r *http.Request) {
	var in ImportIn
	if err := json.NewDecoder(io.LimitReader(r.Body, adminBody)).Decode(&in); err != nil {
		fail(w, err)
		return
	}
	enc := json.NewEncoder(w)
	say := func(o ImportOut) {
		_ = enc.Encode(o) // a caller that went away cannot be told
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
	}
	last := int64(-1)
	out, err := h.Import(r.Context(), in, func(done, total int64) {
		if total > 0 && done*100/total != last {
			last = done * 100 / total
			say(ImportOut{Done: done, Total: total})
		}
	})
	if err != nil {
		out.Error = err.Error()
	}
	say(out)
}

// Import reads a feed and plans it; with Commit it writes the plan.
func (h *HeadOffice) Import(ctx context.Context, in ImportIn, progress func(done, total int64)) (out ImportOut, err error) {
	schema := crm.Table()
	var m *mapping.Mapping
	if in.MapText == "" {
		m, err = corefeed.Builtin(in.Map, schema)
	} else {
		m, err = mapping.Parse(in.Map, in.MapText, schema)
	}
	if err != nil {
		return out, err
	}
	ledger := h.Office.Ledger(ctx)
	feed, err := corefeed.Load(ctx, corefeed.Options{Folder: folder(in.Folder), Mapping: m, Date: in.Date, Progress: progress})
	if err != nil {
		return out, err
	}
	plan, err := corefeed.NewPlan(feed, schema, ledger)
	if err != nil {
		return out, err
	}
	out = tell(plan)
	if !in.Commit {
		return out, nil
	}
	who, err := h.approval(ctx, in)
	if err != nil {
		return out, err
	}
	id, err := plan.Commit(ledger, who)
	if err != nil {
		return out, err
	}
	out.Batch = id.String()
	return out, nil
}

func folder(path string) fs.FS { return os.DirFS(path) }

// approval finds who imports and who agrees.
func (h *HeadOffice) approval(ctx context.Context, in ImportIn) (a corefeed.Approval, err error) {
	for _, p := range []struct {
		login string
		id    *crdt.ID
	}{{in.By, &a.By}, {in.Approved, &a.ApprovedBy}} {
		if p.login == "" {
			continue
		}
		if *p.id, err = h.Office.PersonID(ctx, p.login); err != nil {
			return a, err
		}
	}
	return a, nil
}

// UndoOut tells what taking a batch back did.
type UndoOut struct {
	Removed, Restored int
	Kept              []string // rows with branch work that stay
}

func (h *HeadOffice) undoImport(ctx context.Context, in struct{ By string }) (out UndoOut, err error) {
	ledger := h.Office.Ledger(ctx)
	plan, err := corefeed.PlanUndo(crm.Table(), ledger)
	if err != nil {
		return out, err
	}
	who, err := h.approval(ctx, ImportIn{By: in.By})
	if err != nil {
		return out, err
	}
	return told(plan), errors.Join(plan.Apply(ledger, who))
}

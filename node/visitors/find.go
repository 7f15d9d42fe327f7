package visitors

import (
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/directory"
	"bough/node/store"
	"bough/sync/rows"
)

// Limits of looking outside the branch.
const (
	MaxShown   = 10             // answers to a question
	hourMS     = 60 * 60 * 1000 // in which a stranger is counted once
	sameLookMS = 15 * 60 * 1000 // opened again within: the same look
	maxMet     = 50             // entries that meet a question: more tell nothing
)

// Book is where visitors are looked up and served.
type Book struct{ desk *desk.Desk }

// New makes a book on a desk.
func New(d *desk.Desk) *Book { return &Book{d} }

// Line is a party of another branch as every branch may know it.
type Line struct {
	ID       crdt.ID
	Name     string // masked
	Type     string // person | organisation
	Home     int64
	HomeName string
	Language string
	Warning  string    // the severest level, or empty
	Refused  []Refused // what was withdrawn
}

// Refused is a purpose and a channel for which consent was withdrawn.
type Refused struct{ Purpose, Channel string }

// Answer is what a question outside the branch found.
type Answer struct {
	Enough bool // it was asked: see package directory
	Lines  []Line
	More   bool // more answer to it: ask for something more
}

// Find asks the directory for parties that this branch does not hold. It takes
// the right of reading, and writes down that it was asked.
func (k *Book) Find(ctx context.Context, who *desk.Who, typed string) (found Answer, err error) {
	asked := directory.Read(typed)
	err = k.desk.Read(ctx, who, needRead, func(r *desk.Reader) error {
		if found.Enough = asked.Enough(); found.Enough {
			found.Lines, err = meeting(r, asked)
		}
		return err
	})
	if err != nil || !found.Enough {
		return found, err
	}
	if found.More = len(found.Lines) > MaxShown; found.More {
		found.Lines = found.Lines[:MaxShown]
	}
	ids := make([]crdt.ID, len(found.Lines))
	for i := range found.Lines {
		ids[i] = found.Lines[i].ID
	}
	if err := k.note(ctx, who, "find", ids); err != nil {
		return Answer{}, err
	}
	if err := k.desk.Shown(ctx, who, crm.ViewFind, ids...); err != nil {
		return Answer{}, err
	}
	return found, nil
}

// meeting are the strangers who answer to a question, by home branch.
func meeting(r *desk.Reader, asked directory.Asked) (out []Line, err error) {
	secret, err := store.DirectorySecret(r.Tx)
	if err != nil {
		return nil, err
	}
	var ids []crdt.ID
	for _, key := range asked.First(secret) {
		some, err := r.IDs(`SELECT id FROM directory WHERE instr(keys, ?1)>0 AND id NOT IN (SELECT id FROM party) LIMIT ?2`, key, maxMet)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		row, err := r.Get(crm.Directory, id)
		if err != nil {
			return nil, err
		}
		if row == nil || !asked.Meets(secret, row.Get(crm.DirectoryKeys).S) {
			continue
		}
		line, err := lineOf(r, row)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	slices.SortStableFunc(out, func(a, b Line) int { return int(a.Home - b.Home) })
	return out, nil
}

func lineOf(r *desk.Reader, row *rows.Stored) (line Line, err error) {
	line = Line{ID: row.ID, Name: row.Get(crm.DirectoryName).S, Type: row.Get(crm.DirectoryType).S, Home: row.Get(crm.DirectoryHome).I,
		Language: row.Get(crm.DirectoryLanguage).S, Warning: row.Get(crm.DirectoryWarning).S}
	for _, word := range strings.Fields(row.Get(crm.DirectoryRefused).S) {
		purpose, channel, _ := strings.Cut(word, "/")
		line.Refused = append(line.Refused, Refused{purpose, channel})
	}
	line.HomeName, err = r.BranchName(line.Home)
	return line, err
}

// note writes down that somebody looked, and counts whom they had not been shown
// for an hour.
func (k *Book) note(ctx context.Context, who *desk.Who, what string, shown []crdt.ID) error {
	_, err := k.desk.Write(ctx, who, needRead, func(a *rows.Act) (crdt.ID, error) {
		now := k.desk.NowMS()
		fresh, again, err := store.Shown(a.Tx, who.Person, shown, store.Look{NowMS: now, ForgetMS: hourMS, SameMS: sameLookMS, Opened: what == "open"})
		if err != nil || again {
			return 0, err
		}
		id, err := a.Mint()
		op := crdt.Op{Kind: crm.Lookup, ID: id, Set: []crdt.FieldSet{
			{Field: crm.LookupBranch, Value: crdt.IntValue(who.Branch)},
			{Field: crm.LookupPerson, Value: crdt.IntValue(int64(who.Person))},
			{Field: crm.LookupWhat, Value: crdt.TextValue(what)},
			{Field: crm.LookupFound, Value: crdt.IntValue(int64(fresh))},
			{Field: crm.LookupAt, Value: crdt.IntValue(now)},
		}}
		if what == "open" {
			op.Set = slices.Insert(op.Set, 2, crdt.FieldSet{Field: crm.LookupParty, Value: crdt.IntValue(int64(shown[0]))})
		}
		a.Add(op)
		return id, err
	})
	return err
}

package branches

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/settings"
	"bough/sync/rows"
)

const maxName = 200 // bytes of a name, a town, a region

// Branches is where they are kept.
type Branches struct{ desk *desk.Desk }

// New makes the branches of a desk.
func New(d *desk.Desk) *Branches { return &Branches{d} }

// Branch is a branch as head office sees it.
type Branch struct {
	Number                         int64
	Name, Region, Town             string
	Language, Country, Zone        string
	Hotline, Hours, Kbit           string // as set for it; empty: as for the bank
	BankHotline, BankHours, BankKb string // as set for the bank, or the default
	Nodes                          int64  // workstations
	By                             desk.Author
}

// List are the branches by number, those whose name or number has the text.
func (b *Branches) List(ctx context.Context, who *desk.Who, text string) (out []Branch, err error) {
	text = strings.ToLower(strings.TrimSpace(text))
	err = b.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		return r.Rows(crm.BranchKind, `number IS NOT NULL ORDER BY number`, func(row *rows.Stored) error {
			one, err := branchOf(r, row)
			if err == nil && (text == "" || strings.Contains(strings.ToLower(one.Name+" "+one.Town), text) || strconv.FormatInt(one.Number, 10) == text) {
				out = append(out, one)
			}
			return err
		})
	})
	return out, err
}

// Branch is one of them.
func (b *Branches) Branch(ctx context.Context, who *desk.Who, number int64) (*Branch, error) {
	all, err := b.List(ctx, who, strconv.FormatInt(number, 10))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(x Branch) bool { return x.Number == number })
	if i < 0 {
		return nil, desk.Missing("branch", "there is no such branch")
	}
	return &all[i], nil
}

func branchOf(r *desk.Reader, row *rows.Stored) (b Branch, err error) {
	b = Branch{Number: row.Get(crm.BranchNumber).I, Name: row.Get(crm.BranchName).S, Region: row.Get(crm.BranchRegion).S, Town: row.Get(crm.BranchTown).S,
		Language: row.Get(crm.BranchLanguage).S, Country: row.Get(crm.BranchCountry).S, Zone: row.Get(crm.BranchTimeZone).S}
	if b.By, err = r.Author(row); err != nil {
		return b, err
	}
	if b.Nodes, _, err = r.Int(`SELECT count(*) FROM node WHERE branch=?1 AND coalesce(revoked, 0)=0`, b.Number); err != nil {
		return b, err
	}
	b.BankHours = crm.LineHours
	err = r.Query(`SELECT name, value, coalesce(branch, 0) FROM parameter WHERE name IN ('hotline', ?1, ?2) AND coalesce(branch, 0) IN (0, ?3) ORDER BY id`, func(s *rows.Stmt) error {
		own, bank := map[string]*string{"hotline": &b.Hotline, crm.SettingLine: &b.Kbit, crm.SettingLineHours: &b.Hours},
			map[string]*string{"hotline": &b.BankHotline, crm.SettingLine: &b.BankKb, crm.SettingLineHours: &b.BankHours}
		if value := s.ColumnText(1); s.ColumnInt64(2) != 0 {
			*own[s.ColumnText(0)] = value
		} else if value != "" {
			*bank[s.ColumnText(0)] = value
		}
		return nil
	}, crm.SettingLine, crm.SettingLineHours, b.Number)
	return b, err
}

// check reads a branch as typed.
func (b *Branch) check() error {
	for _, f := range []struct {
		name  string
		value *string
	}{{"name", &b.Name}, {"region", &b.Region}, {"town", &b.Town}, {"country", &b.Country}, {"zone", &b.Zone}} {
		if *f.value = strings.TrimSpace(*f.value); len(*f.value) > maxName {
			return desk.Mistyped(f.name, "too_long", "at most %d bytes, this has %d: make it shorter", maxName, len(*f.value))
		}
	}
	b.Country = strings.ToUpper(b.Country)
	switch _, err := time.LoadLocation(b.Zone); {
	case b.Number <= 0:
		return desk.Mistyped("number", "branch_number", "a branch has a number of 1 and up")
	case b.Name == "":
		return desk.Mistyped("name", "branch_name", "a branch has a name")
	case err != nil:
		return desk.Mistyped("zone", "bad_zone", "a time zone is like Asia/Shanghai")
	case !country(b.Country):
		return desk.Mistyped("country", "bad_country", "a country has two letters, like CN; empty: everywhere")
	}
	if b.Language != "" {
		return desk.OneOf("language", b.Language, crm.Languages)
	}
	return nil
}

func country(s string) bool {
	return s == "" || len(s) == 2 && !strings.ContainsFunc(s, func(c rune) bool { return c < 'A' || c > 'Z' })
}

// Save adds a branch, or changes one, with its own hotline, hours and line.
func (b *Branches) Save(ctx context.Context, who *desk.Who, in Branch, fresh bool) error {
	if err := in.check(); err != nil {
		return err
	}
	own := [][2]string{{"hotline", in.Hotline}, {crm.SettingLine, in.Kbit}, {crm.SettingLineHours, in.Hours}}
	for i := range own {
		var err error
		if own[i][1], err = settings.Check(own[i][0], in.Number, own[i][1]); err != nil {
			return err
		}
	}
	_, err := b.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (crdt.ID, error) {
		id, err := put(a, &in, fresh)
		for _, p := range own {
			if err == nil {
				_, err = settings.Put(a, p[0], in.Number, p[1])
			}
		}
		return id, err
	})
	return err
}

func put(a *rows.Act, in *Branch, fresh bool) (crdt.ID, error) {
	var row *rows.Stored
	err := a.Tx.Rows(crm.BranchKind, `number=?1 ORDER BY id LIMIT 1`, func(r *rows.Stored) error { row = r; return nil }, in.Number)
	switch {
	case err != nil:
		return 0, err
	case fresh && row != nil:
		return 0, desk.Mistyped("number", "branch_taken", "there is a branch with this number")
	case !fresh && row == nil:
		return 0, desk.Missing("branch", "there is no such branch")
	}
	op := crdt.Op{Kind: crm.BranchKind}
	if row == nil {
		if op.ID, err = a.Mint(); err != nil {
			return 0, err
		}
		row = &rows.Stored{Row: crdt.Row{Kind: crm.BranchKind, ID: op.ID, Fields: make([]crdt.Value, crm.BranchLanguage+1)}}
	}
	op.ID = row.ID
	for _, f := range []struct {
		field uint8
		value string
	}{{crm.BranchName, in.Name}, {crm.BranchRegion, in.Region}, {crm.BranchTimeZone, in.Zone}, {crm.BranchCountry, in.Country},
		{crm.BranchTown, in.Town}, {crm.BranchLanguage, in.Language}} {
		v := crdt.Value{}
		if f.value != "" {
			v = crdt.TextValue(f.value)
		}
		if row.Get(f.field) == v {
			continue
		}
		saw, err := desk.Saw(row, f.field, "", nil)
		if err != nil {
			return 0, err
		}
		op.Set = append(op.Set, crdt.FieldSet{Field: f.field, Value: v, Saw: saw})
	}
	if fresh {
		op.Set = slices.Insert(op.Set, 0, crdt.FieldSet{Field: crm.BranchNumber, Value: crdt.IntValue(in.Number)})
	}
	if len(op.Set) > 0 {
		a.Add(op)
	}
	return op.ID, nil
}

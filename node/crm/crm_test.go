package crm

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"unicode"

	"bough/crdt"
)

func TestTheTableStands(t *testing.T) {
	s := Table() // panics when it breaks a rule of crdt
	names := map[string]bool{}
	for _, k := range s.Kinds {
		if names[k.Name] || !snake(k.Name) || !strings.HasSuffix(k.Doc, ".") {
			t.Errorf("kind %d: name %q, doc %q", k.Num, k.Name, k.Doc)
		}
		names[k.Name] = true
		columns := map[string]bool{"id": true, "clock": true, "n": true, "conflicts": true, "extra": true, "cleared": true, "gone": true}
		for _, f := range k.Fields {
			if columns[f.Name] || !snake(f.Name) || f.Doc == "" || strings.Contains(f.Doc, "\n") {
				t.Errorf("%s.%s: doc %q", k.Name, f.Name, f.Doc)
			}
			columns[f.Name] = true
		}
	}
}

func snake(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLower(r) && !unicode.IsDigit(r) && r != '_' })
}

func TestEveryKindHasAPlaceWhereItIsHeld(t *testing.T) {
	for _, k := range Table().Kinds {
		if nowhere := k.Nowhere(); nowhere != (k.Num == Viewings || k.Num == RefusedSignIn) {
			t.Errorf("%s is held by no branch: %t", k.Name, nowhere)
		}
		for _, f := range k.Scope.Roots {
			if fd := k.Field(f); fd.Ref == 0 || !fd.Index {
				t.Errorf("%s.%s is a root that nobody can look up", k.Name, fd.Name)
			}
		}
		if k.Scope.Joins && len(k.Scope.Roots) != 2 {
			t.Errorf("%s joins %d roots", k.Name, len(k.Scope.Roots))
		}
		if h := k.Scope.Home; h != 0 && k.Field(h).Type != crdt.Int {
			t.Errorf("%s.%s names no branch", k.Name, k.Field(h).Name)
		}
	}
}

func TestAWorkstationWritesNoFieldOfHeadOffice(t *testing.T) {
	for _, k := range Table().Kinds {
		_, act := ActOf(k.Num, true)
		if act == k.CentralOnly {
			t.Errorf("%s: only central writes it: %t, an act writes it: %t", k.Name, k.CentralOnly, act)
		}
		for _, f := range k.Fields {
			if k.CentralOnly != (f.Owner == crdt.Core || f.Owner == crdt.Office) && k.Num != Party {
				t.Errorf("%s.%s has owner %d", k.Name, f.Name, f.Owner)
			}
		}
	}
}

func TestEveryActIsGrantedToSomebodyAndOnlyActsAre(t *testing.T) {
	known := constants(t, "acts.go", "Act")
	granted := map[string]bool{}
	for _, g := range DefaultGrants() {
		if !slices.Contains(Roles, g.Role) || !slices.Contains(known, string(g.Act)) {
			t.Errorf("%+v", g)
		}
		if granted[g.Role+" "+string(g.Act)] {
			t.Errorf("%+v is granted twice", g)
		}
		granted[g.Role+" "+string(g.Act)], granted[string(g.Act)] = true, true
	}
	for _, act := range known {
		if !granted[act] {
			t.Errorf("nobody may %s", act)
		}
	}
	for _, role := range []string{"teller", "banker", "manager"} {
		for _, act := range []Act{ActFleet, ActPeople, ActImport, ActApprove, ActOperate, ActAnywhere} {
			if granted[role+" "+string(act)] {
				t.Errorf("a %s may %s", role, act)
			}
		}
	}
	if granted["teller "+string(ActSettle)] || granted["teller "+string(ActWarn)] || !granted["manager "+string(ActSettle)] {
		t.Error("who settles and who warns")
	}
}

// constants are the values of the string constants of a type in a file.
func constants(t *testing.T, file, typ string) (out []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if ok && len(v.Values) == 1 {
			id, typed := v.Type.(*ast.Ident)
			lit, is := v.Values[0].(*ast.BasicLit)
			if typed && is && id.Name == typ {
				out = append(out, strings.Trim(lit.Value, `"`))
			}
		}
		return true
	})
	return out
}

func TestTheWordsOfAFieldAreThoseItsCommentNames(t *testing.T) {
	s := Table()
	for _, c := range []struct {
		kind  uint8
		field uint8
		words []string
	}{
		{Interaction, InteractionChannel, Channels}, {Interaction, InteractionOutcome, Outcomes}, {Consent, ConsentPurpose, Purposes},
		{Consent, ConsentChannel, ConsentChannels}, {Reach, ReachChannel, ReachChannels}, {Reach, ReachLabel, ReachLabels},
		{Warning, WarningLevel, WarningLevels}, {Task, TaskType, TaskTypes}, {Task, TaskState, TaskStates}, {Case, CaseType, CaseTypes},
		{Case, CaseState, CaseStates}, {Role, RoleRole, HoldingRoles}, {Relation, RelationType, RelationTypes},
		{Party, PartyType, PartyTypes}, {Party, PartyStatus, PartyStatuses}, {Person, PersonRole, append(slices.Clone(Roles), "system")},
		{Viewings, ViewingsHow, Views},
	} {
		f := s.Kind(c.kind).Field(c.field)
		if want := strings.Join(c.words, " | "); f.Doc != want {
			t.Errorf("%s.%s: %q, the words are %q", s.Kind(c.kind).Name, f.Name, f.Doc, want)
		}
	}
	for _, words := range [][]string{Channels, Reasons, Outcomes, Purposes, ConsentChannels, ReachChannels, ReachLabels, WarningLevels, TaskTypes,
		TaskStates, CaseTypes, CaseStates, HoldingRoles, RelationTypes, Roles, PartyTypes, PartyStatuses} {
		for i, w := range words {
			if !snake(w) || slices.Contains(words[:i], w) {
				t.Errorf("%q in %v", w, words)
			}
		}
	}
}

package mapping

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
)

// base is a small mapping that is right; the tests spoil it.
const base = `name = "base"
[format]
delimiter = ";"
[file.client]
path = "client.csv"
[file.use]
path = "use.csv"
[lookup.use]
key = "{id}"
[rows.party]
file = "client"
key = "{id}"
[rows.party.fields]
name = "Client {id}"
birth = { from = "{born}", layout = "YYWWDD" }
[rows.card]
file = "client"
key = "{id}"
via = { use = "{id}" }
[rows.card.fields]
party = "{use.who}"
holding = { from = "{use.which}", required = false }
`

// wrongWords spoil base: what is replaced, by what, and the error.
var wrongWords = []struct{ from, to, want string }{
	{"", "", ""},
	{`name = "base"`, `nam = "base"`, "line 1: nam: unknown word"},
	{`name = "base"`, ``, "name: the feed needs a name of 1 to 64 bytes"},
	{`name = "base"`, `name = 5`, "line 1: name: must be a text in quotes"},
	{`name = "base"`, "name = \"base\"\ndate = \"1.1.1999\"", "line 2: date: must be a date of the form YYYY-MM-DD"},
	{`name = "base"`, "name = \"base\"\nfull = 1", "line 2: full: must be true or false"},
	{`name = "base"`, "name = \"base\"\n[row.x]", "line 2: row: unknown word"},
	{`name = "base"`, "name = \"base", "line 1: "},
	{`delimiter = ";"`, `delimiter = "||"`, "line 3: format.delimiter: must be one ASCII character"},
	{`delimiter = ";"`, `delimiter = '"'`, "line 3: format.delimiter: delimiter and quote are the same character"},
	{`delimiter = ";"`, `encoding = "ebcdic"`, `line 3: format.encoding: unknown encoding "ebcdic"; known are utf-8, gbk`},
	{`delimiter = ";"`, `skip = -1`, "line 3: format.skip: must be between 0 and 10000"},
	{`delimiter = ";"`, `skip = "one"`, "line 3: format.skip: must be a whole number"},
	{`delimiter = ";"`, `missing = [1]`, "line 3: format.missing: must be a text or a list of texts"},
	{`delimiter = ";"`, `decimal = ","` + "\n" + `thousands = ","`, "line 3: format.decimal: decimal and thousands are the same character"},
	{`delimiter = ";"`, `layout = "YYYY-MM"`, `line 3: format.layout: layout "YYYY-MM" needs one of YYYY and YY`},
	{`delimiter = ";"`, `layout = "YYMMMDD"`, `says M twice`},
	{`delimiter = ";"`, `years_from = 3000`, "line 3: format.years_from: must be between 1800 and 2100"},
	{`delimiter = ";"`, `delimeter = ";"`, "line 3: format.delimeter: unknown word"},
	{`path = "client.csv"`, `path = "../client.csv"`, "line 5: file.client.path: must be the name of a file inside the folder"},
	{`path = "client.csv"`, ``, "line 4: file.client.path: must be the name of a file"},
	{`path = "client.csv"`, `path = "client.csv"` + "\nheader = false", "line 4: file.client: a file without a header needs columns"},
	{`path = "client.csv"`, `path = "client.csv"` + "\ncolumns = [\"a\"]", "line 6: file.client.columns: belongs to files without a header"},
	{`path = "client.csv"`, `path = "client.csv"` + "\nheader = false\ncolumns = [\"a\", \"a\"]", `line 7: file.client.columns: names "a" twice`},
	{`path = "client.csv"`, `path = "client.csv"` + "\n[file.spare]\npath = \"x\"", "line 6: file.spare: no rows and no lookup use this file"},
	{"[lookup.use]\n", "[lookup.use]\nfile = \"uses\"\n", "line 9: lookup.use.file: there is no [file.uses]"},
	{"[lookup.use]\n", "[lookup.use]\npick = \"any\"\n", "line 9: lookup.use.pick: must be only, first or last"},
	{"[lookup.use]\nkey = \"{id}\"", "[lookup.use]\nkey = \"id\"", "line 9: lookup.use.key: a lookup needs a key with a column in it"},
	{"[lookup.use]\nkey = \"{id}\"", "[lookup.use]\nkey = \"{id\"", "line 9: lookup.use.key: braces do not pair up"},
	{"[rows.card.fields]", "[rows]\nspare = 5\n[rows.card.fields]", "line 21: rows.spare: must be a table"},
	{"[rows.party]\n", "[rows.party]\nkind = \"person\"\n", `line 11: rows.party.kind: the core-banking feed writes branch, party, holding, role, loan, card, standing_order, figure, external, not "person"`},
	{"[rows.party]\n", "[rows.party]\nkind = \"interaction\"\n", `not "interaction"`},
	{"[rows.party]\nfile = \"client\"\nkey = \"{id}\"", "[rows.party]\nfile = \"client\"", "line 10: rows.party.key: rows need a key with a column in it"},
	{"[rows.party.fields]", "[rows.party.fields]\nage = \"{age}\"", "line 14: rows.party.fields.age: kind party has no such field; it has type, name, birth"},
	{"[rows.party.fields]", "[rows.party.fields]\nmemo = \"{note}\"", "line 14: rows.party.fields.memo: belongs to the branches"},
	{"[rows.party.fields]", "[rows.party.fields]\nkey = \"{id}\"", "line 14: rows.party.fields.key: stands outside of fields"},
	{"[rows.party.fields]", "[rows.party.fields]\nstatus = \"client\"", `line 14: rows.party.fields.status: "client" is not one of prospect, customer, former`},
	{"[rows.party.fields]", "[rows.party.fields]\nhome = 5", "line 14: rows.party.fields.home: must be a table"},
	{"[rows.party.fields]", "[rows.party.fields]\nhome = \"one\"", `line 14: rows.party.fields.home: not a whole number: "one"`},
	{"[rows.party.fields]", "[rows.party.fields]\nsex = { from = \"{s}\", values = { W = \"w\" } }", `line 14: rows.party.fields.sex: "w" is not one of f, m, x`},
	{"[rows.party.fields]", "[rows.party.fields]\nsex = { from = \"{s}\", other = \"x\" }", "line 14: rows.party.fields.sex.other: needs values beside it"},
	{"[rows.party.fields]", "[rows.party.fields]\nsince = { from = \"{s}\", default = \"today\" }", `line 14: rows.party.fields.since: not a date of the form YYYY-MM-DD: "today"`},
	{"[rows.party.fields]", "[rows.party.fields]\nsince = { form = \"{s}\" }", "line 14: rows.party.fields.since.form: unknown word"},
	{"[rows.party.fields]", "[rows.party.fields]\nsince = { }", "line 14: rows.party.fields.since: needs from"},
	{"[rows.party.fields]", "[rows.party.fields]\nhome = { from = \"{b}\", as = \"date\" }", "line 14: rows.party.fields.home: date does not fit: the field holds a number"},
	{"[rows.party.fields]", "[rows.party.fields]\nhome = { from = \"{b}\", as = \"float\" }", "line 14: rows.party.fields.home.as: must be one of text, int"},
	{"[rows.party.fields]", "[rows.party.fields]\nhome = { from = \"{b}\", known = \"holding\" }", "line 14: rows.party.fields.home.known: must be a kind that is taken before party"},
	{"[rows.party.fields]", "[rows.party.fields]\nhome = { from = \"{b}\", use = \"sum\" }", "line 14: rows.party.fields.home: use and when need group = true"},
	{"[rows.party.fields]", "[rows.party.fields]\ntier = { from = \"{b}\", as = \"key\" }", "as key goes with references"},
	{"[rows.party.fields]", "group = true\n[rows.party.fields]\ntier = { from = \"{b}\", use = \"sum\" }", "line 15: rows.party.fields.tier: only numbers are added up"},
	{"[rows.party.fields]", "group = true\nunpivot = { a = \"b\" }\n[rows.party.fields]", "line 14: rows.party.unpivot: rows cannot be grouped and unpivoted"},
	{"[rows.party.fields]", "let = { \"a.b\" = \"{c}\" }\n[rows.party.fields]", `a computed column's name has no braces and no dot`},
	{"[rows.party.fields]", "let = { a = { from = \"{c}\", use = \"sum\" } }\n[rows.party.fields]", "a computed column is not summed"},
	{`via = { use = "{id}" }`, `via = { uses = "{id}" }`, "line 19: rows.card.via.uses: there is no [lookup.uses]"},
	{`via = { use = "{id}" }`, `via = { use = "id" }`, "line 19: rows.card.via.use: must be a template with a column"},
	{`via = { use = "{id}" }`, "via = { use = \"{id}\" }\nmaybe = { use = \"{id}\" }", "line 20: rows.card.maybe.use: is in via and in maybe"},
	{"[lookup.use]\n", "[lookup.use]\nfile = \"client\"\n", "rows.card: looks into file client, which in turn needs file client read first"},
	{"[rows.card]\n", "[rows.external]\nfile = \"client\"\nkey = \"{id}\"\nfull = true\n[rows.card]\n", "line 19: rows.external.full: rows of kind external do not end"},
	{"layout = \"YYWWDD\"", "layout = \"YYWW\"", "line 15: rows.party.fields.birth.layout: layout \"YYWW\" needs"},
}

func TestEveryWrongWordOfAMappingIsAnErrorWithItsLine(t *testing.T) {
	for _, c := range wrongWords {
		text := strings.Replace(base, c.from, c.to, 1)
		_, err := Parse("base.toml", text, crm.Table())
		if c.want == "" {
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		var all *Errors
		if !errors.As(err, &all) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s -> %s:\n%v\nwant ...%s", c.from, c.to, err, c.want)
		}
	}
}

func TestAllFaultsAreListedInTheOrderOfTheirLines(t *testing.T) {
	text := strings.NewReplacer(`delimiter = ";"`, `delimeter = ";"`, `name = "Client {id}"`, `nome = "Client {id}"`, "{use.who}", "{use.who").Replace(base)
	_, err := Parse("bad.toml", text, crm.Table())
	want := `mapping: read bad.toml:
  line 3: format.delimeter: unknown word
  line 14: rows.party.fields.nome: kind party has no such field; it has type, name, birth, document, document_type, sex, home, status, since, tier, legal_form
  line 21: rows.card.fields.party: braces do not pair up: write {column}, and {{ or }} for a brace itself`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAMappingThatIsTooLongIsNotRead(t *testing.T) {
	if _, err := Parse("long.toml", base+strings.Repeat("#", MaxBytes), crm.Table()); err == nil {
		t.Error("no error")
	}
}

func TestFieldsAreWhatTheyAreWithoutSayingSo(t *testing.T) {
	schema := crm.Table()
	for _, c := range []struct {
		kind  uint8
		field string
		want  As
	}{
		{crm.Holding, "balance_minor", AsMoney}, {crm.Holding, "as_of", AsTime}, {crm.Holding, "opened", AsDate},
		{crm.Holding, "branch", AsInt}, {crm.Holding, "type", AsText}, {crm.Card, "holding", AsKey}, {crm.Figure, "month", AsMonth},
	} {
		if got := Usual(c.kind, schema.Kind(c.kind).Named(c.field)); got != c.want {
			t.Errorf("%s is %s, want %s", c.field, got, c.want)
		}
	}
}

func TestEveryKindOfTheFeedHasAKeyAndIsTakenAfterWhatItRefersTo(t *testing.T) {
	schema := crm.Table()
	for _, num := range Kinds() {
		k := schema.Kind(num)
		if KeyField(k) == 0 {
			t.Errorf("%s has no key", k.Name)
		}
		for _, f := range k.Fields {
			if f.Ref != 0 && !before(f.Ref, num) {
				t.Errorf("%s.%s refers to a kind that comes later", k.Name, f.Name)
			}
			if f.Type != crdt.Int && f.Type != crdt.Text {
				t.Errorf("%s.%s has an unknown type", k.Name, f.Name)
			}
		}
		if end, ends := EndOf(num); ends && k.Field(end.Field) == nil {
			t.Errorf("%s ends in a field that it does not have", k.Name)
		}
	}
}

func TestFilesAreReadBeforeThoseThatLookIntoThem(t *testing.T) {
	m, err := Parse("base.toml", base, crm.Table())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range m.Feeds() {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"use", "client"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"which", "who"}, m.Lookups[0].Columns); diff != "" {
		t.Errorf("columns of the lookup (-want +got):\n%s", diff)
	}
}

// FuzzParse: any text is a mapping or a list of faults.
func FuzzParse(f *testing.F) {
	f.Add(base)
	f.Add("[rows.party]\nfields.name.values = 5\nwhere.a.b = 1\nvia = []")
	f.Add("[rows]\nparty = 5\n[[file.a]]\npath = \"x\"")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse("fuzz.toml", text, crm.Table())
		var all *Errors
		switch {
		case err == nil && (m == nil || len(m.Rows) == 0):
			t.Fatal("neither a mapping nor an error")
		case err != nil && len(text) <= MaxBytes && !errors.As(err, &all):
			t.Fatalf("a bare error: %v", err)
		}
	})
}

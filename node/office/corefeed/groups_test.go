package corefeed

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed/mapping"
)

// oneFile maps a.csv alone, to rows of figures unless told otherwise.
func oneFile(t *testing.T, format, rows string) *mapping.Mapping {
	t.Helper()
	if rows == "" {
		rows = `
[rows.figure]
file  = "a"
group = true
key   = "{account} {month}"
let.month = { from = "{day}", as = "month" }
[rows.figure.fields]
month         = "{day}"
credit_minor  = { from = "{amount}", use = "sum_positive" }
debit_minor   = { from = "{amount}", use = "sum_negative" }
transactions  = { use = "count", when = { kind = ["cash", "wire"] } }
balance_minor = { from = "{balance}", use = "last" }`
	}
	m, err := mapping.Parse("one.toml", "name = 'one'\n[format]\n"+format+"\n[file.a]\npath = 'a.csv'\n"+rows, crm.Table())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func values(r Record) map[uint8]crdt.Value {
	out := map[uint8]crdt.Value{}
	for _, v := range r.Fields {
		out[v.Field] = v.Value
	}
	return out
}

func TestALineIsTakenIntoItsGroupWhollyOrNotAtAll(t *testing.T) {
	text := `account,day,kind,amount,balance
7,2026-01-02,cash,10.00,10.00
8,2026-01-02,cash,1.00,1.00
7,2026-01-31,wire,-2.50,7.50
7,2026-01-31,fee,0.50,wrong
7,2026-02-01,fee,0.25,7.75
7,2026-02-30,cash,5.00,9.00
`
	feed := load(t, fstest.MapFS{"a.csv": {Data: []byte(text)}}, oneFile(t, "", ""))
	type month struct {
		Key                            string
		Line                           int
		Credit, Debit, Count, Balanced int64
	}
	var got []month
	for _, r := range feed.Records {
		v := values(r)
		got = append(got, month{r.Key, r.Line, v[crm.FigureCreditMinor].I, v[crm.FigureDebitMinor].I, v[crm.FigureCount].I, v[crm.FigureBalanceMinor].I})
	}
	want := []month{{"7 2026-01", 2, 1000, 250, 2, 750}, {"8 2026-01", 3, 100, 0, 1, 100}, {"7 2026-02", 6, 25, 0, 0, 775}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	refused := []Refused{
		{File: "a.csv", Line: 5, Column: "balance", Kind: "figure", Reason: `not an amount: "wrong"`},
		{File: "a.csv", Line: 7, Column: "day", Kind: "figure", Reason: `not a date of the form YYYY-MM-DD: "2026-02-30"`},
	}
	if diff := cmp.Diff(refused, feed.Refused.Listed, inEnglish); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

func TestASumBeyondWhatANumberHoldsIsRefused(t *testing.T) {
	line := "7,2026-01-02,cash,92233720368547758.07,1.00\n"
	feed := load(t, fstest.MapFS{"a.csv": {Data: []byte("account,day,kind,amount,balance\n" + line + line)}}, oneFile(t, "", ""))
	if r := feed.Refused.Listed; len(r) != 1 || r[0].Line != 3 || r[0].Reason != "the sum is beyond 63 bits" {
		t.Errorf("refused %+v", r)
	}
}

func TestABadTextOfALookupSaysWhereItStands(t *testing.T) {
	rows := `
[file.b]
path = 'b.csv'
[lookup.b]
key  = "{account}"
pick = "last"
where = { state = "booked" }
[rows.holding]
file  = "a"
key   = "{account}"
maybe = { b = "{account}" }
fields = { balance_minor = "{b.balance}" }`
	folder := fstest.MapFS{
		"a.csv": {Data: []byte("account\n1\n2\n3\n")},
		"b.csv": {Data: []byte("account,balance,state\n1,5.00,booked\n1,6.00,booked\n1,7.00,pending\n2,nine,booked\n")},
	}
	feed := load(t, folder, oneFile(t, "", rows))
	want := []Refused{{File: "a.csv", Line: 3, Column: "b.balance", Kind: "holding", Reason: `not an amount: "nine" (b.csv, line 5)`}}
	if diff := cmp.Diff(want, feed.Refused.Listed, inEnglish); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if v := values(feed.Records[0]); v[crm.HoldingBalanceMinor] != crdt.IntValue(600) {
		t.Errorf("balance %+v", v)
	}
	if v := values(feed.Records[1]); len(v) != 0 {
		t.Errorf("an account without a booking: %+v, want nothing said of its balance", v)
	}
}

func TestALookupWithOneRowAKeyRefusesTheSecond(t *testing.T) {
	rows := `
[lookup.b]
file = "b"
key  = "{id}"
[file.b]
path = 'b.csv'
[rows.role]
file   = "a"
key    = "{id}"
via    = { b = "{id}" }
fields = { party = "{b.who}", holding = "{b.which}", role = "owner" }`
	folder := fstest.MapFS{
		"a.csv": {Data: []byte("id\n1\n2\n")},
		"b.csv": {Data: []byte("id,who,which\n1,p,h\n1,q,h\n,r,h\n")},
	}
	feed := load(t, folder, oneFile(t, "", rows))
	var reasons []string
	for _, r := range feed.Refused.Listed {
		reasons = append(reasons, r.Reason)
	}
	want := []string{`lookup b: key "1" stands on line 2 already`, `"2" is not in b.csv`}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if len(feed.Records) != 1 || feed.Records[0].Refs[0].Key != "p" {
		t.Errorf("records %+v", feed.Records)
	}
}

func TestColumnsOfAWideFileBecomeRows(t *testing.T) {
	rows := `
[rows.external]
file    = "a"
key     = "{no} {item}"
unpivot = { pop = "people", jobs = "employed" }
fields  = { branch = "{no}", name = "{item}", value = "{value}", source = "{{made up}}" }`
	feed := load(t, fstest.MapFS{"a.csv": {Data: []byte("no,jobs,pop\n1,5,9\n2,-,7\n")}}, oneFile(t, `missing = "-"`, rows))
	var got []string
	for _, r := range feed.Records {
		got = append(got, r.Key+" = "+values(r)[crm.ExternalValue].S+" "+values(r)[crm.ExternalSource].S)
	}
	want := "1 people = 9 {made up}|1 employed = 5 {made up}|2 people = 7 {made up}"
	if strings.Join(got, "|") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

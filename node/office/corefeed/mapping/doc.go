// Package mapping is the small language that says which columns of which files
// of a core-banking system become which fields of which kinds.
//
// It reads a mapping (TOML), checks every word of it against node/crm's table,
// and converts single texts to values. It opens no data file, keeps no state
// and takes no locks: a parsed Mapping is read-only and may be shared.
//
// # The language
//
// The file that teaches by example is berka.toml. Four sections:
//
//	name, about         what batches call the feed
//	date, full          the feed's date, YYYY-MM-DD; rows that are missing have ended
//
//	[format]            how files are written; a [file.X] may say otherwise
//	delimiter = ";"     one ASCII character (the default is a comma)
//	quote     = "\""    one ASCII character, or "" for none; a value is closed on its line
//	encoding  = "utf-8" also gbk, gb18030, latin1, windows-1250, windows-1252
//	header    = true    the first line after skip names the columns
//	skip      = 0       lines of preamble
//	missing   = ["?"]   texts that mean "nothing", besides the empty one
//	layout    = "YYMMDD" of dates: YYYY YY MM DD hh mm ss, M D for one or two digits,
//	                    WW for a month that has 50 added when the person is a woman
//	years_from = 1900   the first year that YY may mean
//	decimal = ".", thousands = "", digits = 2   how amounts are written
//
//	[file.X]            path = "x.csv"; columns = [...] where there is no header; format keys
//
//	[lookup.X]          rows of one file that the rows of another look up
//	file = "X"          the file's name (default: the lookup's own)
//	key  = "{disp_id}"  what it is found by
//	pick = "only"       or "first", "last" where several rows share a key
//	where = {...}       see below
//
//	[rows.X]            rows of one kind
//	kind = "party"      a kind of the core or "branch" (default: X)
//	file = "X"          the file's name (default: X)
//	key  = "{client_id}" the key in the core; required, and with a column unless grouped
//	where = { type = "OWNER" }   only lines where a column has this value, or one of a list
//	via   = { disp = "{disp_id}" }   look up; then {disp.account_id} is a column; refused if absent
//	maybe = { last = "{account_id}" } the same; if absent, fields that use it stay untouched
//	let   = { month = {...} }  a computed column
//	unpivot = { A4 = "inhabitants" }  one row for each of these columns: {item}, {value}
//	group = true        lines that share a key become one row; fields say how (use)
//	full  = true        of this kind alone; only for kinds that can end
//	fields = {...}      field = template, or field = a table:
//
//	from = "Client {client_id}"  template; nothing if a column in it is missing
//	as = "..."          text, int, money, date, month, time, sex or key; by default what the field is
//	layout = "..."      of this date
//	values = { DISPONENT = "signatory" }  codes; any other text is refused ...
//	other = "x"         ... unless this stands for it
//	default = "x"       instead of nothing
//	required = true     nothing is refused; so it is for references unless false
//	known = "branch"    the text must be the key of a row of that kind
//	without = "?"       a value with one of these characters is refused
//	use = "sum"         in a group: last (default), first, sum, sum_positive, sum_negative, count
//	when = {...}        in a group: only lines where; see where
//
// Braces are doubled to stand for themselves. A field that is not mapped stays
// untouched; a field that is mapped and missing becomes nothing.
//
// # Invariants
//
//   - An unknown word is an error with its line, and so is a field that the
//     branches own.
//   - Money is exact: minor units from decimal digits, never through a float.
//   - Rows refer to kinds that come earlier in Kinds, so that a feed can be
//     taken in that order.
//
// # Tests
//
// A table of malformed mappings with their errors, tables of conversions, and a
// fuzz test: whatever the text, Parse returns a mapping or errors.
package mapping

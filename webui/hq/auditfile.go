package hq

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"bough/node/office"
)

// auditCSV writes lines of the audit as a file. A name that a program for tables
// would take for a formula begins with an apostrophe.
func auditCSV(lines []office.AuditLine) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"time", "act", "person", "name", "customer", "customer_name", "branch", "what", "origin", "change"}) // a buffer takes all
	for i := range lines {
		l := &lines[i]
		_ = w.Write([]string{time.UnixMilli(l.AtMS).UTC().Format(time.RFC3339), l.Sort, l.Person.String(), plainCell(l.Name), l.Party.String(), plainCell(l.PartyName),
			strconv.FormatInt(l.Branch, 10), l.What, strconv.FormatInt(int64(l.Origin), 10), strconv.FormatUint(l.Seq, 10)})
	}
	w.Flush()
	return b.Bytes()
}

func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

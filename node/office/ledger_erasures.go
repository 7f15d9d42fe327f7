package office

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Erasures is the ledger of erasures: a file beside the database and apart from
// its backups, so that a database that comes back from one learns what must not
// come back with it. A line is an order that was confirmed, as JSON, a tab, and
// the first half of the SHA-256 of that. It holds ids and times, nothing that
// tells of anybody; lines are only added.
type Erasures struct{ path string }

// ErrLedger is a ledger of erasures that does not read as it was written. What
// stands in it must not be served, so nothing is served without it.
var ErrLedger = errors.New("office: the ledger of erasures is damaged; bring back a copy of it before central starts")

// entry is one order.
type entry struct {
	N     int64      `json:"n"`     // number of the order
	Party int64      `json:"party"` // whom
	Rows  [][2]int64 `json:"rows"`  // kind and id of what went with them
}

func (e *Erasures) sum(line []byte) string {
	h := sha256.Sum256(line)
	return hex.EncodeToString(h[:16])
}

// append adds an order, durable when it returns nil.
func (e *Erasures) append(one entry) (err error) {
	line, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("office: ledger of erasures: %w", err)
	}
	f, err := os.OpenFile(e.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("office: ledger of erasures: %w", err)
	}
	_, err = fmt.Fprintf(f, "%s\t%s\n", line, e.sum(line))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("office: ledger of erasures: %w", err)
	}
	return syncDir(filepath.Dir(e.path))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("office: ledger of erasures: %w", err)
	}
	_ = d.Sync() // where the system knows how
	return d.Close()
}

// entries reads the orders, oldest first. A last line that was not finished was
// never acknowledged and is left out.
func (e *Erasures) entries() (out []entry, err error) {
	data, err := os.ReadFile(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("office: ledger of erasures: %w", err)
	}
	for n := 1; len(data) > 0; n++ {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return out, nil
		}
		text, sum, _ := bytes.Cut(line, []byte("\t"))
		var one entry
		if e.sum(text) != string(sum) || json.Unmarshal(text, &one) != nil {
			return nil, fmt.Errorf("%w: %s line %d", ErrLedger, e.path, n)
		}
		out, data = append(out, one), rest
	}
	return out, nil
}

package corefeed

import (
	_ "embed" // the mappings are part of the program
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"bough/crdt"
	"bough/node/office/corefeed/mapping"
)

//go:embed berka.toml
var berka string

// ErrNoMapping is a name that no mapping of the program has.
var ErrNoMapping = errors.New("corefeed: there is no mapping of this name in the program")

// BuiltinNames lists the mappings that the program brings along.
func BuiltinNames() []string { return []string{"berka"} }

// BuiltinText is the text of a mapping that the program brings along, to begin
// one's own from.
func BuiltinText(name string) (string, error) {
	if name == "berka" {
		return berka, nil
	}
	return "", fmt.Errorf("%w: %q", ErrNoMapping, name)
}

// Builtin returns a mapping that the program brings along. schema is
// node/crm's table.
func Builtin(name string, schema *crdt.Schema) (*mapping.Mapping, error) {
	text, err := BuiltinText(name)
	if err != nil {
		return nil, err
	}
	return mapping.Parse(name+".toml", text, schema)
}

// OpenMapping returns the built-in mapping of that name, or the one in the file
// of that path.
func OpenMapping(nameOrPath string, schema *crdt.Schema) (*mapping.Mapping, error) {
	m, err := Builtin(nameOrPath, schema)
	if !errors.Is(err, ErrNoMapping) {
		return m, err
	}
	in, err := os.Open(nameOrPath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("corefeed: open mapping: there is no file %s and no built-in mapping of that name; built in: %v", nameOrPath, BuiltinNames())
	}
	if err != nil {
		return nil, fmt.Errorf("corefeed: open mapping: %w", err)
	}
	defer in.Close() // read only: nothing can be lost
	text, err := io.ReadAll(io.LimitReader(in, mapping.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("corefeed: read mapping %s: %w", nameOrPath, err)
	}
	return mapping.Parse(nameOrPath, string(text), schema)
}

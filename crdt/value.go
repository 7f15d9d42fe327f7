package crdt

import "strconv"

// Type is the type of a value.
type Type uint8

// The types. Money is Int in minor units, time is Int in milliseconds UTC,
// dates are Text in ISO 8601.
const (
	Null Type = iota
	Int
	Text
)

// Value is what a field holds: nothing, an integer, or a text in UTF-8.
type Value struct {
	T Type
	I int64
	S string
}

// IntValue makes an integer value.
func IntValue(i int64) Value { return Value{T: Int, I: i} }

// TextValue makes a text value; the empty text is Null, so that "nothing" has
// one form only.
func TextValue(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{T: Text, S: s}
}

// RefValue makes a reference to a row; zero is Null.
func RefValue(id ID) Value {
	if id == 0 {
		return Value{}
	}
	return IntValue(int64(id))
}

// IsNull reports whether v holds nothing.
func (v Value) IsNull() bool { return v.T == Null }

// ID is the value as a reference.
func (v Value) ID() ID { return ID(v.I) }

// String is the value as a person would read it.
func (v Value) String() string {
	if v.T == Int {
		return strconv.FormatInt(v.I, 10)
	}
	return v.S
}

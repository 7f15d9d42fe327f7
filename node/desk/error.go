package desk

import (
	"errors"
	"fmt"
)

// Reason says what sort of answer an error is; the pages and the API map it to
// a status once.
type Reason uint8

// The reasons.
const (
	Internal  Reason = iota // ours; details go to the log, not to the page
	Invalid                 // what was typed cannot be taken: 422
	NotFound                // 404
	Denied                  // signed in, but the role may not: 403
	SignedOut               // nobody is signed in: 401
	Locked                  // idle lock, or too many wrong passwords: 423
	ReadOnly                // disk full or lease over: nothing can be saved: 503
)

// Error is an error for people. Code is a stable word and the key of its
// translation ("error." + Code); Message is the English text with a way out;
// Field names the field of the form it belongs to, if any.
type Error struct {
	Reason  Reason
	Code    string
	Message string
	Field   string
	// WaitMS is how long to wait before trying again, where that helps.
	WaitMS int64
}

func (e *Error) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s: %s", e.Field, e.Message)
	}
	return e.Message
}

func invalid(field, code, format string, args ...any) error {
	return &Error{Reason: Invalid, Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

func denied(code, message string) error {
	return &Error{Reason: Denied, Code: code, Message: message}
}

func notFound(code, message string) error {
	return &Error{Reason: NotFound, Code: code, Message: message}
}

// ReasonOf is the reason of any error; Internal when it is not for people.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return Internal
}

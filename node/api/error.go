package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"bough/node/desk"
)

// fault is an error of the request itself; desk has its own for acts.
type fault struct {
	status  int
	code    string
	message string
	field   string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

func bad(field, code, format string, args ...any) *fault {
	return &fault{http.StatusBadRequest, code, fmt.Sprintf(format, args...), field}
}

func unfit(field, code, format string, args ...any) *fault {
	return &fault{http.StatusUnprocessableEntity, code, fmt.Sprintf(format, args...), field}
}

func signedOut(code, message string) *fault {
	return &fault{http.StatusUnauthorized, code, message, ""}
}

// errorView is the body of every answer that is not a success.
type errorView struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Code    string `json:"code" doc:"a stable word for programs"`
	Message string `json:"message" doc:"what is wrong and what to do, in English"`
	Field   string `json:"field" doc:"the field it belongs to, empty when to none"`
}

// statusOf is the one place where reasons become statuses.
func statusOf(r desk.Reason) int {
	switch r {
	case desk.Invalid:
		return http.StatusUnprocessableEntity
	case desk.NotFound:
		return http.StatusNotFound
	case desk.Denied:
		return http.StatusForbidden
	case desk.SignedOut:
		return http.StatusUnauthorized
	case desk.Locked:
		return http.StatusLocked
	case desk.ReadOnly:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// failure turns any error into an answer; internal says that the log should
// have the error, because the answer does not.
func failure(err error) (a reply, internal bool) {
	var f *fault
	if errors.As(err, &f) {
		return reply{status: f.status, view: errorView{errorBody{f.code, f.message, f.field}}}, false
	}
	var e *desk.Error
	if errors.As(err, &e) && e.Reason != desk.Internal {
		a = reply{status: statusOf(e.Reason), view: errorView{errorBody{e.Code, e.Message, e.Field}}}
		if e.WaitMS > 0 {
			a.retryAfter = strconv.FormatInt((e.WaitMS+999)/1000, 10)
		}
		return a, false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		body := errorBody{Code: "cut_off", Message: "the request was given up before it was answered; send it again"}
		return reply{status: http.StatusServiceUnavailable, view: errorView{body}}, false
	}
	body := errorBody{Code: "internal", Message: "something went wrong here, and the log of this program says what; try again"}
	return reply{status: http.StatusInternalServerError, view: errorView{body}}, true
}

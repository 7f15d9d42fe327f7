package central

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestWhenTooManyCallAtOnceTheOthersAreToldToComeAgain(t *testing.T) {
	e := &endpoint{queue: make(chan struct{}, 2)}
	var leave [2]func()
	for i := range leave {
		var err error
		if leave[i], err = e.enter(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.enter(); !errors.Is(err, errCrowd) {
		t.Errorf("the third: %v", err)
	}
	w := httptest.NewRecorder()
	e.fail(w, httptest.NewRequest(http.MethodPost, "/sync/v1/push", nil), errCrowd)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Bough-Fault") != "busy" {
		t.Errorf("it is told %d %v", w.Code, w.Header())
	}
	leave[0]()
	if again, err := e.enter(); err != nil {
		t.Errorf("when there is room: %v", err)
	} else {
		again()
	}
}

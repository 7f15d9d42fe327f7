package central

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"bough/sync/crowd"
)

func TestWhenTooManyCallAtOnceTheOthersAreToldWhenToComeAgain(t *testing.T) {
	e := &endpoint{crowd: crowd.New(crowd.Room{Inside: 2, InsideReads: 1}), c: &Central{o: Options{NowMS: func() int64 { return 1 }}}}
	var leave [2]func()
	for i, k := range []crowd.Kind{crowd.Read, crowd.Push} {
		var err error
		if leave[i], err = e.enter(k); err != nil {
			t.Fatal(err)
		}
	}
	_, err := e.enter(crowd.Push)
	if !errors.Is(err, errCrowd) {
		t.Errorf("the third: %v", err)
	}
	w := httptest.NewRecorder()
	e.fail(w, httptest.NewRequest(http.MethodPost, "/sync/v1/push", nil), err)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || w.Header().Get("Bough-Again") != "250" || w.Header().Get("Bough-Fault") != "busy" {
		t.Errorf("it is told %d %v", w.Code, w.Header())
	}
	leave[0]()
	if again, err := e.enter(crowd.Push); err != nil {
		t.Errorf("when there is room: %v", err)
	} else {
		again()
	}
}

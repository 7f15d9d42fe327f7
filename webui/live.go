package webui

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"bough/node/desk"
)

// live is the stream that tells the browser what has changed: "changed" with
// the id of a party, or 0 for the state of the line. It carries no data of
// customers; pages fetch their parts again by themselves, as whoever is signed
// in then. It does not keep a session awake.
func live(v *Visit) error {
	events, cancel := v.Site.Desk.Subscribe()
	defer cancel()
	out := http.NewResponseController(v.Response())
	v.Response().Header().Set("Content-Type", "text/event-stream")
	v.Response().WriteHeader(http.StatusOK)
	// Streams outlive the time limit of ordinary answers.
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		v.Site.Log.Debug("a live stream keeps the server's time limit", "error", err)
	}
	if say(v.Response(), out, "event: hello\ndata: 0\n\n") != nil {
		return nil
	}
	for {
		select {
		case <-v.Ctx().Done():
			return nil
		case <-v.Site.Stop:
			return nil
		case event, open := <-events:
			if !open || v.tell(out, event) != nil {
				return nil // the browser has gone: it asks again when it is back
			}
		}
	}
}

// tell passes an event on while the session lasts.
func (v *Visit) tell(out *http.ResponseController, event desk.Event) error {
	if _, err := v.Site.Desk.Check(v.Ctx(), v.Token); err != nil {
		_ = say(v.Response(), out, "event: locked\ndata: 0\n\n") // it ends either way
		return err
	}
	return say(v.Response(), out, fmt.Sprintf("event: changed\ndata: %d\n\n", event.Party))
}

func say(w io.Writer, out *http.ResponseController, message string) error {
	if _, err := io.WriteString(w, message); err != nil {
		return err
	}
	return out.Flush()
}

package door

import (
	"net/http"

	"bough/webui"
)

// Routes registers the pages on a site.
func Routes(s *webui.Site) {
	s.Open(http.MethodGet, "/signin", askSignIn)
	s.Open(http.MethodPost, "/signin", signIn)
	s.Open(http.MethodPost, "/signout", signOut)
	s.Open(http.MethodGet, "/password", askPassword)
	s.Open(http.MethodPost, "/password", changePassword)
	s.Open(http.MethodGet, "/locked", askUnlock)
	s.Open(http.MethodPost, "/locked", unlock)
}

package join

import (
	"testing"

	"bough/webui"
	"bough/webui/pagetest"
)

func TestScreensRenderInBothLanguages(t *testing.T) {
	pagetest.Check(t, webui.Plan{Home: "/", Find: "/"}, []pagetest.Page{
		{Name: "join", Page: "join", View: &joinView{}, Out: true},
		{Name: "joined", Page: "joined", Out: true},
	})
}

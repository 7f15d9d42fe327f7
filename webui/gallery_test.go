package webui_test

import (
	"testing"

	"bough/webui"
	"bough/webui/pagetest"
)

func TestScreensRenderInBothLanguages(t *testing.T) {
	pagetest.Check(t, webui.Plan{Home: "/", Find: "/"}, []pagetest.Page{
		{Name: "styleguide", Page: "styleguide", View: webui.Guide()},
	})
}

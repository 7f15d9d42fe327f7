package join

import (
	"testing"

	"bough/webui"
	"bough/webui/pagetest"
)

func TestScreensRenderInBothLanguages(t *testing.T) {
	pagetest.Check(t, webui.Plan{Home: "/", Find: "/"}, []pagetest.Page{
		{Name: "join", Page: "join", View: &joinView{}, Out: true},
		{Name: "arriving-looking", Page: "arriving", View: &arrivingView{Arrival{Step: Looking}}, Out: true},
		{Name: "arriving-neighbour", Page: "arriving", View: &arrivingView{Arrival{Source: Neighbour, Name: "Counter 2", Step: Fetching, Done: 132, Total: 310,
			Bytes: 48_200_000, Whole: 113_100_000, LeftMS: 95_000}}, Out: true},
		{Name: "arriving-checking", Page: "arriving", View: &arrivingView{Arrival{Source: Neighbour, Name: "Counter 2", Step: Checking, Done: 310, Total: 310,
			Bytes: 113_100_000, Trouble: Unproved}}, Out: true},
		{Name: "arriving-central", Page: "arriving", View: &arrivingView{Arrival{Source: Central, Step: Fetching, Done: 12, Total: 310, Bytes: 4_100_000, Whole: 113_100_000,
			Trouble: Cut, Past: []Past{{Neighbour, "Counter 2", Lies}, {Neighbour, "Counter 4", Release}}}}, Out: true},
	})
}

package teller
import ("testing";"time";"github.com/chromedp/chromedp";"bough/webui/pagetest")
func TestZZ(t *testing.T){
	b := firstTab(t)
	c := pagetest.Open(t, Register)
	party(c, "Anna Nováková")
	var s string
	b.does(signIn(c), chromedp.KeyEvent("nova"), sees(`document.querySelector("#found").dataset.typed === "nova"`),
	chromedp.Evaluate(`document.addEventListener("keydown", e => { window.zz = [e.key, e.defaultPrevented, e.target.tagName, e.target.id, e.isComposing].join() }); document.activeElement.id + " " + document.querySelectorAll("a[data-hit]")[0].href`, &s))
	t.Log(s)
	b.does(chromedp.KeyEvent("\r"), chromedp.Sleep(2*time.Second), chromedp.Evaluate(`String(window.zz) + " " + location.href+ " " +document.activeElement.id`, &s))
	t.Log(s)
}

package manager

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"bough/crdt"
	"bough/node/crm"
	"bough/webui/pagetest"
)

// pages of a PDF as browsers write it.
var sheets = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

func TestTheHuddleIsPrintedOnOneSheet(t *testing.T) {
	c := pagetest.Open(t, register)
	anna := party(c, "Anna Nováková")
	for i := range 100 {
		due := c.Now() + int64(i%4-1)*3600_000 // a quarter of them overdue, the rest of today
		c.Put(crm.Task, pagetest.Ref(crm.TaskParty, anna), pagetest.Text(crm.TaskType, "promise"), pagetest.Text(crm.TaskText, fmt.Sprintf("Send the %d. statement to the address of the firm", i)), crdt.FieldSet{Field: crm.TaskDue, Value: crdt.IntValue(due)}, pagetest.Text(crm.TaskState, "open"))
	}
	ctx, leave := chromedp.NewContext(pagetest.Browser(t))
	defer leave()
	var paper []byte
	err := chromedp.Run(ctx, chromedp.Navigate(c.URL+"/signin"), chromedp.Click(`input[value="petr"]`), chromedp.SendKeys("#password", pagetest.Password+"\r"), chromedp.WaitNotPresent("#password"),
		chromedp.Navigate(c.URL+"/huddle"), chromedp.WaitVisible(".ruled"),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			paper, _, err = page.PrintToPDF().WithPreferCSSPageSize(true).WithPaperWidth(8.27).WithPaperHeight(11.69).Do(ctx)
			return err
		}))
	if n := len(sheets.FindAll(paper, -1)); err != nil || n != 1 {
		t.Errorf("%d sheets, %v", n, err)
	}
}

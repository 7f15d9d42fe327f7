package webui

import (
	"net/http"
	"net/url"

	"bough/node/desk"
)

// storeDraft keeps a form as it was sent; its field "draft" names it.
func (v *Visit) storeDraft(who *desk.Who, values url.Values) error {
	body := values.Encode()
	if len(body) > draftLimit {
		return &desk.Error{Reason: desk.Invalid, Code: "draft_too_long", Message: "This text is too long to be kept as a draft."}
	}
	return v.Site.Desk.SaveDraft(v.Ctx(), who, values.Get("draft"), body)
}

// saveDraft is called by the page while somebody types.
func saveDraft(v *Visit) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	if values.Get("draft") == "" {
		return &desk.Error{Reason: desk.Invalid, Code: "draft_without_name", Message: "A draft needs the name of its form."}
	}
	if err := v.storeDraft(v.Who, values); err != nil {
		return err
	}
	return v.NoContent(http.StatusNoContent)
}

func discardDraft(v *Visit) error {
	if err := v.Site.Desk.DropDraft(v.Ctx(), v.Who, v.FormValue("draft")); err != nil {
		return err
	}
	return v.Go(v.FormValue("back"))
}

// Restore fills a form from its draft, if there is one: read is given the
// values as they were typed.
func (v *Visit) Restore(f *Form, key string, read func(url.Values)) error {
	f.Draft = key
	body, at, err := v.Site.Desk.Draft(v.Ctx(), v.Who, key)
	if err != nil || body == "" {
		return err
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return v.Site.Desk.DropDraft(v.Ctx(), v.Who, key)
	}
	f.DraftAt = at
	read(values)
	return nil
}

// Done drops the draft of a form that was saved. A draft that cannot be
// dropped is shown again, which is better than a save that seems to have
// failed; so it is only noted.
func (v *Visit) Done(key string) {
	if err := v.Site.Desk.DropDraft(v.Ctx(), v.Who, key); err != nil {
		v.Site.Log.Error("a draft was not dropped", "error", err)
	}
}

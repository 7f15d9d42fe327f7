package cases

import (
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Limits of templates.
const (
	maxTemplateName = 120  // bytes
	maxTemplateBody = 8000 // bytes: two pages
)

// TemplateLine is a template as head office keeps it.
type TemplateLine struct {
	Template
	Ended bool        // no longer offered
	By    desk.Author // nobody: it comes with bough
}

// same reports whether two templates are versions of one.
func (t *Template) same(o *Template) bool {
	return t.Type == o.Type && t.Name == o.Name && t.Language == o.Language
}

// templates are all: those of the bank, with every earlier version, then bough's
// own. One of bough's is not offered where the bank has, or had, its own.
func templates(r *desk.Reader) (out []TemplateLine, err error) {
	err = r.Rows(crm.Template, `1 ORDER BY type, name, id`, func(t *rows.Stored) error {
		by, err := r.Author(t)
		out = append(out, TemplateLine{Template: Template{t.ID, t.Get(crm.TemplateType).S, t.Get(crm.TemplateName).S, t.Get(crm.TemplateLanguage).S,
			t.Get(crm.TemplateSubject).S, t.Get(crm.TemplateBody).S}, Ended: t.Get(crm.TemplateEnded).I == 1, By: by})
		return err
	})
	if err != nil {
		return nil, err
	}
	come, err := defaults()
	own := out
	for _, t := range come {
		ours := slices.ContainsFunc(own, func(o TemplateLine) bool { return o.same(&t) })
		out = append(out, TemplateLine{Template: t, Ended: ours})
	}
	return out, err
}

// offered are the templates that letters may be made of.
func offered(r *desk.Reader) (out []Template, err error) {
	all, err := templates(r)
	for i := range all {
		if !all[i].Ended {
			out = append(out, all[i].Template)
		}
	}
	return out, err
}

// Templates lists the templates of the bank with their earlier versions, and
// those that come with bough.
func (b *Book) Templates(ctx context.Context, who *desk.Who) (out []TemplateLine, err error) {
	err = b.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		out, err = templates(r)
		return err
	})
	return out, err
}

func checkTemplate(t *Template) error {
	t.Name, t.Subject, t.Body = strings.TrimSpace(t.Name), strings.TrimSpace(t.Subject), strings.ReplaceAll(strings.TrimSpace(t.Body), "\r\n", "\n")
	if err := desk.OneOf("type", t.Type, crm.TemplateTypes); err != nil {
		return err
	}
	if err := desk.OneOf("language", t.Language, crm.Languages); err != nil && t.Language != "zh" {
		return err
	}
	switch {
	case t.Name == "" || len(t.Name) > maxTemplateName || len(t.Subject) > maxTemplateName*2:
		return desk.Mistyped("name", "template_title", "a letter has a name of 1 to %d bytes", maxTemplateName)
	case t.Body == "" || len(t.Body) > maxTemplateBody:
		return desk.Mistyped("body", "template_body", "a letter has a text of 1 to %d bytes", maxTemplateBody)
	}
	if err := CheckTemplate(t.Subject); err != nil {
		return err
	}
	return CheckTemplate(t.Body)
}

// SaveTemplate writes a new version of a template, or a new one; the version
// before is kept and no longer offered.
func (b *Book) SaveTemplate(ctx context.Context, who *desk.Who, t Template) (desk.Saved, error) {
	if err := checkTemplate(&t); err != nil {
		return desk.Saved{}, err
	}
	return b.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (crdt.ID, error) {
		if err := b.endVersions(a, &t); err != nil {
			return 0, err
		}
		id, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Template, ID: id, Set: filled(
			set(crm.TemplateType, text(t.Type)), set(crm.TemplateName, text(t.Name)), set(crm.TemplateLanguage, text(t.Language)),
			set(crm.TemplateSubject, text(t.Subject)), set(crm.TemplateBody, text(t.Body)),
		)})
		return id, err
	})
}

// endVersions takes the version of a template that is offered off the offer.
func (b *Book) endVersions(a *rows.Act, t *Template) error {
	return a.Tx.Rows(crm.Template, `type=?1 AND name=?2 AND language=?3 AND (ended IS NULL OR ended=0)`, func(row *rows.Stored) error {
		if row.ID != t.ID {
			a.Add(endTemplate(row.ID, true))
		}
		return nil
	}, t.Type, t.Name, t.Language)
}

func endTemplate(id crdt.ID, ended bool) crdt.Op {
	v := crdt.IntValue(0)
	if ended {
		v = crdt.IntValue(1)
	}
	return crdt.Op{Kind: crm.Template, ID: id, Set: []crdt.FieldSet{set(crm.TemplateEnded, v)}}
}

// RetireTemplate takes a version off the offer, or offers it again instead of
// the one that is offered.
func (b *Book) RetireTemplate(ctx context.Context, who *desk.Who, id crdt.ID, ended bool) (desk.Saved, error) {
	return b.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Template, id)
		if err != nil {
			return 0, err
		}
		if row == nil {
			return 0, desk.Missing("template", "there is no such letter; choose one from the list")
		}
		if !ended {
			t := Template{ID: id, Type: row.Get(crm.TemplateType).S, Name: row.Get(crm.TemplateName).S, Language: row.Get(crm.TemplateLanguage).S}
			if err := b.endVersions(a, &t); err != nil {
				return 0, err
			}
		}
		a.Add(endTemplate(id, ended))
		return id, nil
	})
}

// Preview fills a template in from made-up values.
func Preview(t Template, values map[string]string) (Template, error) {
	if err := checkTemplate(&t); err != nil {
		return t, err
	}
	for _, part := range []*string{&t.Subject, &t.Body} {
		filledIn, err := fill(*part, func(name string) (string, bool) { return values[name], slices.Contains(Places(), name) })
		if err != nil {
			return t, err
		}
		*part = filledIn
	}
	return t, nil
}

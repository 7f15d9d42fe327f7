package api

import (
	"fmt"
	"reflect"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

// schemas collects the schemas of the answers, one per type of view.
type schemas struct {
	named node
	words map[string][]string // lists that the tag words names
}

func newSchemas() *schemas {
	var states []string
	for s := desk.SavedHere; s <= desk.Refused; s++ {
		states = append(states, s.String())
	}
	return &schemas{named: node{}, words: map[string][]string{
		"states": states, "clock": desk.ClockStates, "lease": {LeaseOK, LeaseAmber, LeaseOver}, "key_place": {KeyBeside, KeyApart}, "disk": {DiskOK, DiskFull, DiskDamaged}, "ages": ageWords(), "answers": answerWords(),
		"channels": crm.Channels, "purposes": crm.Purposes, "acts": {actGrant, actWithdraw},
	}}
}

// of is the schema of a view.
func (s *schemas) of(view any) node { return s.typed(reflect.TypeOf(view)) }

func (s *schemas) typed(t reflect.Type) node {
	switch t {
	case reflect.TypeFor[idText]():
		return idSchema()
	case reflect.TypeFor[stampText]():
		return stampSchema()
	}
	switch t.Kind() {
	case reflect.String:
		return node{"type": "string"}
	case reflect.Bool:
		return node{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return node{"type": "integer"}
	case reflect.Uint64:
		return node{"type": "integer", "minimum": 0}
	case reflect.Slice:
		return node{"type": "array", "items": s.typed(t.Elem())}
	case reflect.Pointer:
		return node{"anyOf": []any{s.typed(t.Elem()), node{"type": "null"}}}
	case reflect.Struct:
		return s.structure(t)
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return node{"type": "object"}
		}
		return node{"type": "object", "additionalProperties": s.typed(t.Elem())}
	}
	panic(fmt.Sprintf("api: no schema for %s", t)) // the list of endpoints is constant: a test makes it
}

// structure names the schema of a struct and refers to it.
func (s *schemas) structure(t reflect.Type) node {
	name := strings.TrimSuffix(t.Name(), "View")
	name = strings.ToUpper(name[:1]) + name[1:]
	ref := node{"$ref": "#/components/schemas/" + name}
	if _, known := s.named[name]; known {
		return ref
	}
	properties, required := node{}, []string{}
	s.named[name] = node{"type": "object", "properties": properties}
	if t == reflect.TypeFor[customerView]() {
		for _, f := range partyFields() {
			properties[f.name] = storedSchema(&f)
			required = append(required, f.name)
		}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		member, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		properties[member] = s.member(f)
		if option != "omitempty" {
			required = append(required, member)
		}
	}
	s.named[name].(node)["required"] = required
	return ref
}

func (s *schemas) member(f reflect.StructField) node {
	out := s.typed(f.Type)
	if list := f.Tag.Get("words"); list != "" {
		words, ok := s.words[list]
		if !ok {
			panic("api: no list of words " + list) // as in typed
		}
		out["enum"] = words
	}
	if doc := f.Tag.Get("doc"); doc != "" {
		out["description"] = doc
	}
	return out
}

// storedSchema is a field of a party in an answer: a text, empty for nothing,
// or a whole number or null.
func storedSchema(f *field) node {
	if f.shape == whole {
		return node{"type": []string{"integer", "null"}, "description": f.doc}
	}
	return node{"type": "string", "description": f.doc}
}

// bodySchema is the schema of a request; nothing is closed, unknown fields are
// ignored.
func bodySchema(ep *endpoint) node { return objectSchema(ep.body) }

func objectSchema(fields []field) node {
	properties, required := node{}, []string{}
	for i := range fields {
		f := &fields[i]
		of := fieldSchema(f)
		if f.need {
			required = append(required, f.name)
		} else {
			of = node{"anyOf": []any{of, node{"type": "null"}}}
		}
		of["description"] = f.doc
		properties[f.name] = of
	}
	return node{"type": "object", "properties": properties, "required": required}
}

func fieldSchema(f *field) node {
	switch f.shape {
	case text:
		return node{"type": "string"}
	case word:
		if f.need {
			return node{"type": "string", "enum": f.words}
		}
		return node{"type": "string", "enum": append([]string{""}, f.words...)}
	case flag:
		return node{"type": "boolean"}
	case whole:
		return node{"type": "integer"}
	case rowID:
		return idSchema()
	case past, due:
		return node{"anyOf": []any{node{"type": "integer"}, node{"type": "string", "format": "date-time"}}}
	case stamps:
		list := node{"type": "array", "items": stampSchema(), "minItems": 1, "maxItems": maxSaw}
		return node{"type": "object", "additionalProperties": node{"anyOf": []any{stampSchema(), list, node{"type": "null"}}}}
	case object:
		return objectSchema(f.fields)
	}
	panic("api: no schema for field " + f.name) // as in typed
}

func idSchema() node { return node{"type": "string", "pattern": "^[1-9][0-9]{0,18}$"} }

func stampSchema() node {
	return node{"type": "string", "pattern": fmt.Sprintf("^([0-9a-f]{%d})?$", 2*crdt.StampSize)}
}

// Package webui is the server side of the pages, shared by nodes and central:
// routes and their guards, templates, languages, the live stream, and how
// errors of the desk become something a clerk can act on.
//
// It is not a place for rules or SQL: a page parses a form into a struct, calls
// the desk, renders a typed view. The pages themselves live in teller (find,
// customer and what belongs to them), hq (head office) and door (signing in);
// join is the one page of a workstation that belongs to no branch yet; words
// holds the catalogues.
//
// What may not be given up: every page works without JavaScript, and htmx only
// makes it quicker; no inline script or style (the content security policy is
// strict); nothing that was typed is lost to an error, a lock or a sign-out of
// the program; internals of errors never reach a page; what the live stream and
// its refreshes fetch does not count as activity of the person.
//
// A Site is made once. Its only mutable state, the table of acknowledged
// warnings, has its own lock. The one long-lived goroutine, a live stream, is
// the request's own and ends with it, with the desk's subscription, or with
// Options.Stop.
//
// Tests: every template renders in both languages with literal views; the
// guards are tried one by one; teller and hq try their handlers with a real
// desk on a real file. Every route of both processes, the API's too, is called as
// every role, as somebody without rights and as nobody: a new one needs its entry
// in roles_table_test.go, which says what it asks for.
package webui

// Package crm holds the one table of bough: every kind of row and every field,
// who owns it and how it merges, and the words that fields may hold.
//
// Sync, the schema of the files, the forms and the API are made from this
// table. It does no I/O and knows no clock. Numbers are for ever: a kind or a
// field that is no longer used keeps its number and is never reused.
//
// Tests: the table passes crdt's own check; every word list is translated
// (webui holds that).
package crm

// Package words speaks to people: the English and Chinese catalogues of the
// pages, and how dates, times, numbers and money are written in each.
//
// It knows no HTTP and no desk. Catalogues are TOML files with flat keys; a key
// is a page or a list, a dot, and a word: "find.empty", "channel.counter".
// A list is a set of codes that fields may hold; Lists names them all.
//
// A Catalogue and its Languages are made once and never changed, so they need
// no lock. The clock and the time zone are handed in.
//
// Tests: both catalogues have the same keys, every code of every list has its
// word, and every key is used by a template or by Go code of webui.
package words

// Package match tells whether two records may be one person or organisation,
// with a score and the reasons: name in Han, pinyin or Latin letters, birth
// date, document, ways to reach. It is pure: it reads no file and decides
// nothing, people do.
//
// Tests: a table of pairs.
package match

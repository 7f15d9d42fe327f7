// Package terms turns what is known of a party into the terms of the search
// index, and what a clerk types into a query over those terms.
//
// It is not the index: it opens no file and runs no SQL. The store keeps an
// FTS5 table with the columns of [Columns], in that order, the tokenizer
// unicode61 and detail=column; this package decides what stands in a column
// and what is asked of it.
//
// # Terms
//
// A term is one token of unicode61 and comes through it unchanged: either
// letters a-z and digits, or one or two Han characters. Letters of other
// scripts are written as four base-36 digits each, so that they too can be
// found by their beginning. No term is longer than 32 bytes; both the index
// and the query cut at that length, so that a longer word is still found.
//
//   - names: words of names; single Han characters and pairs of neighbours;
//     and the words of a short name run together from each word on
//     ("jannovak", "vandenberg").
//   - sounds: pinyin of Han names in all usual readings, run together from
//     each character on ("wangxiaoming", "xiaoming", "ming"), their initials
//     ("wxm", "xm"), and the two mixed forms ("wangxm", "wxiaoming"). A ü is
//     there as v and as u.
//   - digits: each number twice: forward behind the letter f, and reversed
//     behind the letter r, so that the end of a number is a prefix too.
//   - words: words and Han characters of any other text.
//
// Every column also holds the beginnings of its terms up to five letters ("n",
// "no", "nov", …; not of Han and of reversed numbers), so that the table needs
// no prefix index.
//
// # Invariants
//
//   - [Match], [Near] and [Columns] accept any bytes; an expression is always
//     valid FTS5 syntax with one token in each quoted string.
//   - [Query.Finds] says of a document exactly what the index says when it is
//     asked [Query.Match]; so unindexed rows can be searched in memory.
//   - Whatever Match finds, Near finds, and Score gives at least 1.
//
// Nothing here holds state: every function may be called by many goroutines,
// and there are no locks.
//
// # Testing
//
// The tests build a real FTS5 table in memory and ask it; the fuzz test holds
// the index, [Query.Finds] and [Query.Score] against each other. The tests on
// real names read the data folder beside the module and skip without it.
package terms

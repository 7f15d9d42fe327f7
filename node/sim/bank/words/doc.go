// Package words holds the word lists of the made-up bank: names, places,
// trades, and the sentences that its clerks write.
//
// Everything in it is invented for bough: no list is taken from a directory of
// people, streets or firms. Towns and districts do not exist. It is data only;
// package bank decides what is drawn and how often.
//
// Invariants: every list is non-empty and nobody writes it; every slot in a
// sentence is one of those that Talk names; codes are words of package crm.
// The tests of package bank hold them.
package words

// Package directory is what every branch may know of a party that it does not
// hold, so that a visitor can be found and served while the line is down: a
// masked name and keys to find it by. It is pure: the office derives entries
// with it, the desk asks with it.
//
// It is not the entry (kind directory of package crm), nor find among the
// branch's own customers (package terms), which wants no second thing.
//
// # Keys
//
// A key is a short keyed hash of two things that a visitor says together: the
// first two characters of a word of the name (of a Han name: its first two
// characters), and one of
//
//   - the date of birth, or of incorporation;
//   - the last seven digits of a phone number;
//   - the last four letters or digits of a document.
//
// So an entry cannot be asked by one of them alone, and cannot be read. A key
// has 30 bits: of 100,000 strangers with six keys each one question in 1,800
// meets somebody by chance, which the masked name and the talk at the counter
// show. The secret is the bank's and lies in the same encrypted file: it keeps
// what leaks without it from being tried out; whoever has both can try, which
// is why an entry says no more than it does.
//
// # Invariants
//
//   - A mask shows the first character of each word (of a Han name: of the name),
//     and not how long the rest is.
//   - Whatever form a name, date or number is typed in that find understands, the
//     keys are the same: they are made of folded text.
//   - A question without two characters of a name, or without one of the three,
//     asks nothing.
//
// # Testing
//
// Tables, and a property: who is asked for by a word of the name and one of the
// three is found, whoever it is.
package directory

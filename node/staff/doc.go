// Package staff holds head office's acts on who works at the bank: people with
// their role and branch, and what each role sees and edits of a field.
//
// It stands on node/desk, which checks rights, and on node/office, which keeps
// the keys of people. It knows no HTTP. It is not the table of roles and acts,
// which a bank has from the start.
//
// # Invariants
//
//   - Nobody takes their own access away, and somebody is always left who may
//     change people.
//   - A password that was made here is told once and holds for one sign-in.
//   - A field that a role does not see, it does not edit either. Pages, the API
//     and central's judge read the same rows.
//
// Tests are those of the pages (webui/hq), of the desk and of the judge: each on a
// real central.
package staff

// Package calendar counts business days: which days a branch works, when the
// n-th business day after something has passed, how many days lie between.
//
// It is not a diary: it holds no appointments. It does no I/O and reads no
// clock; the days on which the bank departs from the week (a holiday, or a
// weekend day that is worked, as in China before and after long holidays) are
// handed in, as head office keeps them.
//
// # Rules
//
//   - A day is a civil day in the time zone of the branch, from midnight to
//     midnight. Deadlines end at its last millisecond.
//   - The day on which something happens does not count: the first business day
//     after it is number one (12 CFR 1005.11 and 15 USC 1666 count from the
//     notice so).
//   - A day that the branch names beats one that the whole bank names.
//
// # Tests
//
// Worked examples of Reg E and of the Chinese calendar of 2026, and the laws
// that Add and Between hold together, over random calendars.
package calendar

// Package proof tries the promises of bough from outside: real processes of the
// program, its real command line, a real browser, lines that are cut and
// processes that are killed.
//
// It holds tests and what they need, and no program code. It knows the program
// by its command line, its JSON API and its pages; only where no door leads to a
// thing (a customer with a stop warning, a forged certificate) does a test reach
// for a package of the project.
//
// What every test keeps:
//
//   - The program is built once a run, or taken from BOUGH_BIN.
//   - Each bank has its own folder, ports and processes, and takes all of them
//     down again; a process ends with the test that started it even if the test
//     is killed, for it ends with its standard input.
//   - Nothing is waited for by the clock: conditions are polled, with a deadline
//     that only a fault reaches. Times that were measured are logged.
//   - What a process says on standard error is shown when its test fails.
//
// Locks: line and program have a mutex each, which guards what their comments
// say; nobody holds two of them.
//
// How to run it: go test ./packaging/proof. Tests on the Berka bank need the
// shared data, tests of pages need chromium; see packaging/tidy/require.
package proof

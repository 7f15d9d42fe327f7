// Package require hands tests the things that not every machine has: a
// browser, the shared data sets, a folder for pictures.
//
// It is for tests only; no program imports it. A test that lacks a thing is
// skipped with one clear line that says how to get it. Where the environment
// variable BOUGH_REQUIRE names the thing ("chromium,data"), the same test fails
// instead: a continuous integration that skips quietly proves nothing.
//
// It keeps no state and takes no locks. Its own tests cover the finding, the
// skipping and the failing.
package require

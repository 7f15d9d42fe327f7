// Package pagetest tries pages with literal views, in every language, and takes
// pictures of them for people to look at. It is for the tests of teller, hq,
// door, join and node; no program imports it.
//
// It starts the real site without a desk, so that templates, style and scripts
// are those of the program. Pictures are taken only where BOUGH_SCREENSHOTS
// names a folder.
package pagetest

// Package chart draws small pictures as SVG at the server: bars of a few days,
// a line over time, who belongs to whom.
//
// It knows neither pages nor languages: labels come written. A picture has no
// style of its own: classes tell the sheet what is what, so that it follows
// light and dark, and it says nothing by colour alone. Every picture has a title
// for those who do not see it; the page sets a table or a list beside it.
//
// Tests hold that what comes out is well-formed, whatever goes in.
package chart

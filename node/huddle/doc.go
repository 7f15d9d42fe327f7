// Package huddle gathers what a branch manager wants to know: how the day
// stands, what the morning huddle talks about, what is not good in the data,
// and whether a workstation may be switched off in the evening.
//
// It stands on node/desk and only reads. It counts what this file holds: offline
// it is the same page, as old as the line is down. It never counts log-ins:
// adoption is visits wrapped up and promises kept.
//
// Tests use a real file.
package huddle

// Package huddle gathers what a branch manager wants to know: how the day
// stands, what the morning huddle talks about, what is not good in the data,
// whether a workstation may be switched off in the evening, what was done while
// the line was cut, and what comes of work: visits wrapped up the same day,
// promises kept, cases answered in time, week by week. Of work a manager sees
// everybody's, others the branch's and their own, and of fewer than five no share
// is told.
//
// It stands on node/desk and only reads. It counts what this file holds: offline
// it is the same page, as old as the line is down. It never counts log-ins.
//
// Tests use a real file.
package huddle

//go:build !herd

package uplink

// herdSize is small in an ordinary test run; see the file beside for the promise.
const herdSize = 60

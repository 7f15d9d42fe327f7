//go:build herd

package uplink

// herdSize is that of the promise.
const herdSize = 1500

package lan

import (
	"time"

	"bough/sync/trust"
	"bough/sync/wire"
)

// Path is the route on which journal ranges are asked for.
const Path = "/lan/v1/ranges"

// Limits.
const (
	batchChanges    = 1_000 // of an answer: about 50 KB
	maxCertificates = 1_024 // of an answer: the authors of a branch, with room
	maxCertificate  = trust.MaxCredential
	maxAsk          = 256 << 10 // bytes of a frontier: a thousand authors
	maxAnswer       = wire.MaxFrame + maxCertificates*maxCertificate
	maxText         = 512              // bytes of an error text that are kept
	maxAtOnce       = 256              // asks that wait or are answered: two of each workstation of a branch, with room
	maxPeers        = 128              // addresses that are asked
	shrinkTries     = 12               // halvings of an answer that does not fit into a frame
	waitFor         = 20 * time.Second // an ask waits for news: firewalls forget a silent connection after 30 s
	askFor          = 35 * time.Second // until an ask is given up; the rest is the line's
	dialFor         = 2 * time.Second  // a LAN answers in a millisecond
	pingAfter       = 2 * time.Second  // of silence; with pingFor a peer that lost its power is noticed within 4 s
	pingFor         = 2 * time.Second
	headerFor       = 5 * time.Second
	stallFor        = 30 * time.Second // a new workstation that takes nothing of its copy for so long is gone
	stopFor         = 2 * time.Second
	firstPause      = 100 * time.Millisecond // after a failure; doubles
	longestPause    = 5 * time.Second
	seldom          = 30 * time.Second // for an address that leads to ourselves, or to a peer that is asked already
)

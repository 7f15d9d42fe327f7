package seed

import (
	"context"
	"io"
	"time"
)

// Limits of a pace.
const (
	piecesASecond = 4   // a piece holds the line for a quarter of a second of its share
	smallestPiece = 512 // bytes
	askEvery      = 16  // pieces: what a line may carry changes with the hours
)

// Pace writes no faster than a line is to carry.
type Pace struct {
	Ctx   context.Context
	To    io.Writer
	Flush func() error // sends what was written
	// Rate is how many bytes a second may go; 0: as fast as it goes.
	Rate  func() (int64, error)
	After func(time.Duration) <-chan time.Time

	rate   int64
	pieces int
}

// Write implements io.Writer.
func (p *Pace) Write(b []byte) (n int, err error) {
	for n < len(b) {
		if p.pieces%askEvery == 0 {
			if p.rate, err = p.Rate(); err != nil {
				return n, err
			}
		}
		p.pieces++
		size := len(b) - n
		if p.rate > 0 {
			size = min(size, max(int(p.rate/piecesASecond), smallestPiece))
		}
		done, err := p.To.Write(b[n : n+size])
		if n += done; err != nil {
			return n, err
		}
		if p.rate == 0 {
			continue
		}
		if err := p.Flush(); err != nil {
			return n, err
		}
		select {
		case <-p.After(time.Duration(size) * time.Second / time.Duration(p.rate)):
		case <-p.Ctx.Done():
			return n, p.Ctx.Err()
		}
	}
	return n, nil
}

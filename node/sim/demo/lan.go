package demo

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// Limits of the LAN.
const (
	pairTries = 50      // for two free ports side by side
	maxPacket = 1 << 16 // bytes of a packet of gossip
)

// socket is where a workstation is plugged into the LAN of its branch: what
// others send it comes through here, or is lost. Data has a port, gossip the
// next one.
type socket struct {
	outside  string // where the others reach it, host:port
	inside   string // where it listens itself
	data     *relay
	streams  *relay // of gossip
	packets  net.PacketConn
	unplug   atomic.Bool
	delivery sync.WaitGroup
}

// newSocket opens the ports from wanted on, or any.
func newSocket(wanted int) (*socket, error) {
	inside, err := freePair()
	if err != nil {
		return nil, err
	}
	var errs []error
	for range pairTries {
		s := &socket{inside: at(inside)}
		err := s.open(wanted)
		if err == nil {
			return s, nil
		}
		errs, wanted = append(errs, err), 0
	}
	return nil, fmt.Errorf("demo: a LAN needs two ports side by side: %w", errors.Join(errs...))
}

func (s *socket) open(wanted int) (err error) {
	if s.data, err = newRelay(at(wanted), s.inside); err != nil {
		return err
	}
	s.outside = s.data.address()
	port, err := portOf(s.outside)
	if err == nil {
		s.streams, err = newRelay(at(port+1), next(s.inside))
	}
	if err == nil {
		s.packets, err = net.ListenPacket("udp", at(port+1))
	}
	if err != nil {
		return errors.Join(err, s.close())
	}
	s.delivery.Go(s.deliver)
	return nil
}

// deliver hands packets on. Answers take the way of the other's socket: nobody
// is answered at the address a packet came from.
func (s *socket) deliver() {
	to, err := net.ResolveUDPAddr("udp", next(s.inside))
	if err != nil {
		return // an address of our own making
	}
	buf := make([]byte, maxPacket)
	for {
		n, _, err := s.packets.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil && !s.unplug.Load() {
			_, _ = s.packets.WriteTo(buf[:n], to) // packets get lost
		}
	}
}

// set cuts the workstation off from the others, or plugs it in again.
func (s *socket) set(cut bool) {
	s.unplug.Store(cut)
	s.data.set(cut)
	s.streams.set(cut)
}

func (s *socket) isCut() bool { return s.unplug.Load() }

func (s *socket) close() (err error) {
	if s.data != nil {
		err = s.data.close()
	}
	if s.streams != nil {
		err = errors.Join(err, s.streams.close())
	}
	if s.packets != nil {
		err = errors.Join(err, s.packets.Close())
	}
	s.delivery.Wait()
	return err
}

// next is the address with the port beside.
func next(address string) string {
	port, err := portOf(address)
	if err != nil {
		return address // none of ours
	}
	return at(port + 1)
}

// freePair is a port that is free just now, as the next one is.
func freePair() (int, error) {
	for range pairTries {
		first, err := net.Listen("tcp", at(0))
		if err != nil {
			return 0, fmt.Errorf("demo: %w", err)
		}
		port, err := portOf(first.Addr().String())
		if err != nil {
			return 0, errors.Join(err, first.Close())
		}
		second, err := net.Listen("tcp", at(port+1))
		_ = first.Close() // nothing was sent
		if err != nil {
			continue
		}
		_ = second.Close() // likewise
		return port, nil
	}
	return 0, errors.New("demo: no two free ports side by side")
}

// CutLAN cuts the workstations of a branch off from each other, or joins them
// again.
func (d *Demo) CutLAN(number int64, cut bool) error {
	b, err := d.branch(number)
	if err != nil || b.parted() == cut {
		return err
	}
	for _, w := range b.nodes {
		w.lan.set(cut)
	}
	key := "lan_restored"
	if cut {
		key = "lan_cut"
	}
	d.note(key, b.Name)
	return nil
}

// parted reports whether the LAN is cut.
func (b *branch) parted() bool { return b.nodes[0].lan != nil && b.nodes[0].lan.isCut() }

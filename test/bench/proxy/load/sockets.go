package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A connection more is opened with every so many messages, and kept: the later ones begin with later processes of the
// load balancer, each of which then has some that it cannot end.
const messagesPerSocket = 250

// sockets says something over the WebSocket that has waited longest, and wants to hear it back. None is ever closed.
type sockets struct {
	kind, address string
	lock          sync.Mutex
	waiting       []*socket
	said          int
	longest       time.Duration
}

type socket struct {
	*client
	opened time.Time
}

func (s *sockets) ask() outcome {
	c, number := s.take()
	made := c.report.Connections
	err := c.say(fmt.Sprint("message ", number))
	if err != nil {
		// Unlike its time-out, an answer that is another one came whole.
		cut := made > 0 && !isTimeout(err) && !strings.HasPrefix(err.Error(), "answer:")
		c.disconnect()
		return outcome{err: err, cut: cut, opened: c.opened, connections: c.report.Connections - made}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.waiting = append(s.waiting, c)
	s.longest = max(s.longest, time.Since(c.opened))
	return outcome{connections: c.report.Connections - made}
}

func (s *sockets) take() (*socket, int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.said++
	if len(s.waiting) == 0 || s.said%messagesPerSocket == 0 {
		return &socket{client: newClient(s.kind, s.address), opened: time.Now()}, s.said
	}
	c := s.waiting[0]
	s.waiting = s.waiting[1:]
	return c, s.said
}

func (c *socket) say(text string) error {
	if c.connection == nil {
		if err := c.open(); err != nil {
			return err
		}
	}
	c.connection.SetDeadline(time.Now().Add(timeout))
	if _, err := c.connection.Write(textFrame(text)); err != nil {
		return err
	}
	answer, err := c.hear()
	if err == nil && !bytes.HasSuffix(answer, []byte(" heard "+text)) {
		err = fmt.Errorf("answer: %q", answer)
	}
	return err
}

func (c *socket) open() error {
	if err := c.connect(); err != nil {
		return err
	}
	c.connection.SetDeadline(time.Now().Add(timeout))
	fmt.Fprintf(c.connection, "GET %s HTTP/1.1\r\nHost: www.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", lasting)
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = c.reader.ReadString('\n'); err != nil {
			return err
		}
		if strings.HasPrefix(line, "HTTP/") && !strings.HasPrefix(line, "HTTP/1.1 101 ") {
			return fmt.Errorf("answer: %q", line)
		}
	}
	return nil
}

// textFrame is one of less than 126 bytes, masked as a client has to (RFC 6455, 5.2).
func textFrame(text string) []byte {
	const final, isText, masked = 0x80, 0x01, 0x80
	mask := binary.BigEndian.AppendUint32(nil, uint32(time.Now().UnixNano()))
	frame := append([]byte{final | isText, masked | byte(len(text))}, mask...)
	for i := range len(text) {
		frame = append(frame, text[i]^mask[i%4])
	}
	return frame
}

func (c *socket) hear() ([]byte, error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(c.reader, head); err != nil {
		return nil, err
	}
	text := make([]byte, head[1])
	_, err := io.ReadFull(c.reader, text)
	return text, err
}

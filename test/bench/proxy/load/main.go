// Asks one server as fast as a number of connections can, and prints what it saw as JSON (steady.go has the other way):
//
//	load keep-alive|new-connection|tls-resumed|tls-full ADDRESS:PORT SECONDS CONNECTIONS
//
// All but keep-alive make a connection for each request, and count its time in: from before the connection to the last
// byte of the answer. Well-known tools start their clock after the connection (wrk), never resume a TLS session (ab, hey),
// do so without a word (wrk), or make one connection after the other (openssl s_time).
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

type report struct {
	Requests    int     `json:"requests"`
	Seconds     float64 `json:"seconds"`
	Connections int     `json:"connections"`
	// Connections whose TLS session was one from before.
	Resumed int   `json:"resumed"`
	P50Us   int64 `json:"p50Us"`
	P99Us   int64 `json:"p99Us"`
	Errors  int   `json:"errors"`
	// The first of them.
	Error string `json:"error,omitempty"`
}

const timeout = 5 * time.Second

type client struct {
	kind, address string
	request       []byte
	tls           *tls.Config
	connection    net.Conn
	reader        *bufio.Reader
	latencies     []int64
	report        report
}

func newClient(kind, address string) *client {
	closing := "Connection: close\r\n"
	if keeps(kind) {
		closing = ""
	}
	c := &client{kind: kind, address: address}
	c.request = []byte("GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: load\r\nAccept: */*\r\n" + closing + "\r\n")
	// Whether a certificate is good costs the client time, and the server none.
	c.tls = &tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true}
	if kind == "tls-resumed" {
		c.tls.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	return c
}

func keeps(kind string) bool {
	return strings.HasSuffix(kind, "keep-alive")
}

func (c *client) run(deadline time.Time) {
	for time.Now().Before(deadline) {
		started := time.Now()
		if err := c.ask(); err != nil {
			c.report.Errors++
			if c.report.Error == "" {
				c.report.Error = err.Error()
			}
			c.disconnect()
			continue
		}
		c.latencies = append(c.latencies, time.Since(started).Microseconds())
	}
	c.disconnect()
}

func (c *client) ask() error {
	if c.connection == nil {
		if err := c.connect(); err != nil {
			return err
		}
	}
	c.connection.SetDeadline(time.Now().Add(timeout))
	if _, err := c.connection.Write(c.request); err != nil {
		return err
	}
	closes, err := c.answer()
	if err == nil && (closes || !keeps(c.kind)) {
		c.disconnect()
	}
	return err
}

func (c *client) connect() error {
	plain, err := net.DialTimeout("tcp", c.address, timeout)
	if err != nil {
		return err
	}
	c.connection = plain
	if strings.HasPrefix(c.kind, "tls-") {
		secure := tls.Client(plain, c.tls)
		c.connection = secure
		plain.SetDeadline(time.Now().Add(timeout))
		if err := secure.Handshake(); err != nil {
			return err
		}
		if secure.ConnectionState().DidResume {
			c.report.Resumed++
		}
	}
	c.report.Connections++
	c.reader = bufio.NewReader(c.connection)
	return nil
}

func (c *client) disconnect() {
	if c.connection != nil {
		c.connection.Close()
		c.connection = nil
	}
}

// answer reads one whole answer, and tells whether the server closes the connection.
func (c *client) answer() (closes bool, err error) {
	length := -1
	status, err := c.reader.ReadSlice('\n')
	if err != nil {
		return false, err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return false, fmt.Errorf("answer: %q", status)
	}
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return false, err
		}
		name, value, found := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if !found {
			break
		}
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, err = strconv.Atoi(string(value))
			if err != nil {
				return false, err
			}
		case bytes.EqualFold(name, []byte("Connection")):
			closes = bytes.EqualFold(value, []byte("close"))
		}
	}
	if length < 0 {
		return false, fmt.Errorf("an answer without Content-Length")
	}
	_, err = io.CopyN(io.Discard, c.reader, int64(length))
	return closes, err
}

func main() {
	if os.Args[1] == "steady" {
		steady(os.Args[2:])
		return
	}
	kind, address := os.Args[1], os.Args[2]
	seconds, _ := strconv.ParseFloat(os.Args[3], 64)
	count, _ := strconv.Atoi(os.Args[4])
	clients := make([]*client, count)
	var running sync.WaitGroup
	started := time.Now()
	for i := range clients {
		clients[i] = newClient(kind, address)
		running.Add(1)
		go func() {
			defer running.Done()
			clients[i].run(started.Add(time.Duration(seconds * float64(time.Second))))
		}()
	}
	running.Wait()
	json.NewEncoder(os.Stdout).Encode(summary(clients, time.Since(started).Seconds()))
}

func summary(clients []*client, seconds float64) report {
	all := report{Seconds: seconds}
	var latencies []int64
	for _, c := range clients {
		latencies = append(latencies, c.latencies...)
		all.Connections += c.report.Connections
		all.Resumed += c.report.Resumed
		all.Errors += c.report.Errors
		if all.Error == "" {
			all.Error = c.report.Error
		}
	}
	slices.Sort(latencies)
	all.Requests = len(latencies)
	if all.Requests > 0 {
		all.P50Us = latencies[all.Requests/2]
		all.P99Us = latencies[all.Requests*99/100]
	}
	return all
}

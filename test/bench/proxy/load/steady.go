package main

import (
	"encoding/json"
	"errors"
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

// steady asks at steady rates until its standard input ends; each request is sent when it is due, whatever became of
// those before it, and asked once: nothing that fails is tried again.
//
//	load steady KIND=ADDRESS:PORT=PER_SECOND …
//
// Kinds are keep-alive, new-connection, tls-keep-alive, tls-full and http2; websocket and tls-websocket, whose requests
// are messages; download and http2-download, where the number says how many there are at a time. It prints "started"
// once each kind but the last two had an answer, and at the end an array of what it saw as JSON. A kept connection is
// used without a look at whether the server has closed it: so far away that word of it is still on its way, a client
// could not know either.
func steady(orders []string) {
	runs := make([]run, len(orders))
	for i, order := range orders {
		parts := strings.Split(order, "=")
		number, _ := strconv.Atoi(parts[2])
		if kind := parts[0]; strings.HasSuffix(kind, "download") {
			runs[i] = newDownloads(kind, parts[1], number)
		} else {
			runs[i] = newSteadyRun(kind, parts[1], number)
		}
	}
	fmt.Println("started")
	ended := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	var running sync.WaitGroup
	for _, run := range runs {
		running.Go(func() { run.untilEnd(ended) })
	}
	running.Wait()
	reports := make([]steadyReport, len(runs))
	for i, run := range runs {
		reports[i] = run.summary()
	}
	json.NewEncoder(os.Stdout).Encode(reports)
}

type run interface {
	untilEnd(ended <-chan struct{})
	summary() steadyReport
}

// Connections that stand ready at the beginning, as a pool of busy clients has them.
const pooled = 16

type steadyReport struct {
	Kind     string `json:"kind"`
	Requests int    `json:"requests"`
	Failed   int    `json:"failed"`
	// Of those that failed: the connection was there, and ended before the whole answer came.
	Cut int `json:"cut"`
	// HTTP/2 alone: the server refused it unread, and the client's own library asked again, as it must.
	Again       int `json:"again"`
	Connections int `json:"connections"`
	// Downloads alone: what came to its end.
	Whole int `json:"whole"`
	// WebSockets and downloads: as long as one connection served.
	LongestSeconds float64 `json:"longestSeconds"`
	P50Us          int64   `json:"p50Us"`
	P99Us          int64   `json:"p99Us"`
	// The first of them.
	Failures []failure `json:"failures"`
}

type failure struct {
	// Milliseconds of the Unix epoch, when it was due, or when a download ended.
	At int64 `json:"at"`
	// The same, when it was known to have failed.
	Until int64 `json:"until"`
	// The same, when the connection of a WebSocket or a download was opened.
	Opened int64  `json:"opened,omitempty"`
	Error  string `json:"error"`
}

const shownFailures = 500

type outcome struct {
	latency     time.Duration
	cut, again  bool
	connections int
	opened      time.Time
	err         error
}

type asker interface{ ask() outcome }

type steadyRun struct {
	asker     asker
	interval  time.Duration
	lock      sync.Mutex
	latencies []int64
	report    steadyReport
}

func newSteadyRun(kind, address string, perSecond int) *steadyRun {
	run := &steadyRun{interval: time.Second / time.Duration(perSecond), report: steadyReport{Kind: kind}}
	switch {
	case kind == "http2":
		run.asker = newStreams(address)
	case strings.HasSuffix(kind, "websocket"):
		run.asker = &sockets{kind: kind, address: address}
	default:
		run.asker = &pool{kind: kind, address: address}
	}
	// All at a time, so that each makes a connection of its own, of which none counts.
	var asking sync.WaitGroup
	for range pooled {
		asking.Go(func() {
			if seen := run.asker.ask(); seen.err != nil {
				fmt.Fprintln(os.Stderr, kind, seen.err)
				os.Exit(1)
			}
		})
	}
	asking.Wait()
	return run
}

func (r *steadyRun) untilEnd(ended <-chan struct{}) {
	var underWay sync.WaitGroup
	defer underWay.Wait()
	started := time.Now()
	for sent := 0; ; sent++ {
		due := started.Add(time.Duration(sent) * r.interval)
		select {
		case <-ended:
			return
		case <-time.After(time.Until(due)):
		}
		underWay.Go(func() { r.count(due, r.asker.ask()) })
	}
}

func (r *steadyRun) count(due time.Time, seen outcome) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.report.Requests++
	r.report.Connections += seen.connections
	if seen.again {
		r.report.Again++
	}
	if seen.err == nil {
		r.latencies = append(r.latencies, time.Since(due).Microseconds())
		return
	}
	r.report.fail(due, seen)
}

func (r *steadyReport) fail(at time.Time, seen outcome) {
	r.Failed++
	if seen.cut {
		r.Cut++
	}
	if len(r.Failures) >= shownFailures {
		return
	}
	one := failure{At: at.UnixMilli(), Until: time.Now().UnixMilli(), Error: seen.err.Error()}
	if !seen.opened.IsZero() {
		one.Opened = seen.opened.UnixMilli()
	}
	r.Failures = append(r.Failures, one)
}

func (r *steadyRun) summary() steadyReport {
	slices.Sort(r.latencies)
	if count := len(r.latencies); count > 0 {
		r.report.P50Us, r.report.P99Us = r.latencies[count/2], r.latencies[count*99/100]
	}
	if lasting, ok := r.asker.(*sockets); ok {
		r.report.LongestSeconds = lasting.longest.Seconds()
	}
	if r.report.Failures == nil {
		r.report.Failures = []failure{}
	}
	return r.report
}

// pool asks by HTTP/1.1: over the connection that has waited longest, or a new one where none waits.
type pool struct {
	kind, address string
	lock          sync.Mutex
	waiting       []*client
}

func (p *pool) ask() outcome {
	c := p.take()
	made := c.report.Connections
	err := c.ask()
	if err != nil {
		// Once there was a connection, all but patience ends with it; an answer that is none came whole.
		cut := c.connection != nil && !isTimeout(err) && !strings.HasPrefix(err.Error(), "answer:")
		c.disconnect()
		return outcome{err: err, cut: cut, connections: c.report.Connections - made}
	}
	seen := outcome{connections: c.report.Connections - made}
	if c.connection != nil {
		p.lock.Lock()
		p.waiting = append(p.waiting, c)
		p.lock.Unlock()
	}
	return seen
}

func (p *pool) take() *client {
	p.lock.Lock()
	defer p.lock.Unlock()
	if len(p.waiting) == 0 {
		return newClient(p.kind, p.address)
	}
	c := p.waiting[0]
	p.waiting = p.waiting[1:]
	return c
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

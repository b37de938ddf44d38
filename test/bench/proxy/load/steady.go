package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
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
// Kinds are keep-alive, new-connection, tls-keep-alive, tls-full and http2. It prints "started" once each kind had an
// answer, and at the end an array of what it saw as JSON. A kept connection is used without a look at whether the
// server has closed it: so far away that word of it is still on its way, a client could not know either.
func steady(orders []string) {
	runs := make([]*steadyRun, len(orders))
	for i, order := range orders {
		runs[i] = newSteadyRun(strings.Split(order, "="))
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

// Connections that stand ready at the beginning, as a pool of busy clients has them.
const pooled = 16

type steadyReport struct {
	Kind     string `json:"kind"`
	Requests int    `json:"requests"`
	Failed   int    `json:"failed"`
	// Of those that failed: the connection was there, and ended before the whole answer came.
	Cut int `json:"cut"`
	// HTTP/2 alone: the server refused it unread, and the client's own library asked again, as it must.
	Again       int   `json:"again"`
	Connections int   `json:"connections"`
	P50Us       int64 `json:"p50Us"`
	P99Us       int64 `json:"p99Us"`
	// The first of them.
	Failures []failure `json:"failures"`
}

type failure struct {
	// Milliseconds of the Unix epoch, when it was due.
	At    int64  `json:"at"`
	Error string `json:"error"`
}

const shownFailures = 50

type outcome struct {
	latency     time.Duration
	cut, again  bool
	connections int
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

func newSteadyRun(order []string) *steadyRun {
	kind, address := order[0], order[1]
	perSecond, _ := strconv.Atoi(order[2])
	run := &steadyRun{interval: time.Second / time.Duration(perSecond), report: steadyReport{Kind: kind}}
	if kind == "http2" {
		run.asker = newStreams(address)
	} else {
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
	r.report.Failed++
	if seen.cut {
		r.report.Cut++
	}
	if len(r.report.Failures) < shownFailures {
		r.report.Failures = append(r.report.Failures, failure{due.UnixMilli(), seen.err.Error()})
	}
}

func (r *steadyRun) summary() steadyReport {
	slices.Sort(r.latencies)
	if count := len(r.latencies); count > 0 {
		r.report.P50Us, r.report.P99Us = r.latencies[count/2], r.latencies[count*99/100]
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

// streams asks by HTTP/2 over TLS, many requests at a time over one connection, as browsers do.
type streams struct {
	url    string
	client *http.Client
}

func newStreams(address string) *streams {
	return &streams{
		url: "https://" + address + "/",
		client: &http.Client{Timeout: timeout, Transport: &http.Transport{
			ForceAttemptHTTP2: true,
			TLSClientConfig:   &tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true},
		}},
	}
}

func (s *streams) ask() (seen outcome) {
	got := 0
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		got++
		if !info.Reused {
			seen.connections++
		}
	}}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), "GET", s.url, nil)
	if err != nil {
		return outcome{err: err}
	}
	request.Host = "www.example.com"
	answer, err := s.client.Do(request)
	seen.again = got > 1
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	if err != nil {
		seen.err, seen.cut = err, got > 0 && !isTimeout(err)
	} else if answer.ProtoMajor != 2 || answer.StatusCode != 200 {
		seen.err = fmt.Errorf("answer: %s %s", answer.Proto, answer.Status)
	}
	return seen
}

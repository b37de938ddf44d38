package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// Where the load balancer leads to servers that take their time.
const lasting = "/lasting"

// Of one download; a line each second. It may be the second after next when a machine is busy.
const (
	downloadSeconds = 600
	patience        = 10 * time.Second
)

// downloads fetches what takes ten minutes, some at a time, and again when one has ended. Those that the end of it all
// finds under way have failed in nothing.
type downloads struct {
	url     string
	count   int
	client  *http.Client
	lock    sync.Mutex
	opened  map[net.Conn]time.Time
	report  steadyReport
	longest time.Duration
}

func newDownloads(kind, address string, count int) *downloads {
	scheme, isHttp2 := "http", strings.HasPrefix(kind, "http2")
	if isHttp2 {
		scheme = "https"
	}
	return &downloads{
		url:    fmt.Sprintf("%s://%s%s?drip=%d", scheme, address, lasting, downloadSeconds),
		count:  count,
		opened: map[net.Conn]time.Time{},
		report: steadyReport{Kind: kind},
		client: &http.Client{Transport: &http.Transport{
			ForceAttemptHTTP2: isHttp2,
			TLSClientConfig:   &tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true},
		}},
	}
}

func (d *downloads) untilEnd(ended <-chan struct{}) {
	ending, end := context.WithCancel(context.Background())
	go func() {
		<-ended
		end()
	}()
	var underWay sync.WaitGroup
	for range d.count {
		underWay.Go(func() {
			for ending.Err() == nil {
				begun := time.Now()
				opened, lines, err := d.fetch(ending, begun)
				if !d.seen(ending, opened, lines, err) {
					pause(ending)
				}
			}
		})
	}
	underWay.Wait()
}

// seen tells whether all is well.
func (d *downloads) seen(ending context.Context, opened time.Time, lines int, err error) bool {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.report.Requests++
	if err == nil {
		d.report.Whole++
	} else if ending.Err() == nil {
		d.report.fail(time.Now(), outcome{err: err, opened: opened, cut: lines > 0 && !errors.Is(err, errStalled)})
	}
	return err == nil
}

// pause keeps those who are refused from asking again at once.
func pause(ending context.Context) {
	select {
	case <-ending.Done():
	case <-time.After(time.Second):
	}
}

var errStalled = errors.New("nothing came for a while")

// fetch returns when the connection was opened that it went over, perhaps by an earlier download; how many lines came;
// and nil when those were all, in their order.
func (d *downloads) fetch(ending context.Context, begun time.Time) (opened time.Time, lines int, err error) {
	asking, giveUp := context.WithCancelCause(ending)
	stalled := time.AfterFunc(patience, func() { giveUp(errStalled) })
	defer stalled.Stop()
	defer giveUp(nil)
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) { opened = d.openedAt(got) }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(asking, trace), "GET", d.url, nil)
	if err != nil {
		return opened, 0, err
	}
	request.Host = "www.example.com"
	answer, err := d.client.Do(request)
	if err != nil {
		return opened, 0, errors.Join(context.Cause(asking), err)
	}
	defer answer.Body.Close()
	text := bufio.NewScanner(answer.Body)
	for text.Scan() {
		if text.Text() != fmt.Sprint(lines+1) {
			return opened, lines, fmt.Errorf("answer: %s, %q instead of line %d", answer.Status, text.Text(), lines+1)
		}
		lines++
		stalled.Reset(patience)
		d.lastedFor(time.Since(begun))
	}
	if text.Err() == nil && lines < downloadSeconds {
		return opened, lines, fmt.Errorf("answer: %s, it ended after line %d", answer.Status, lines)
	}
	return opened, lines, errors.Join(context.Cause(asking), text.Err())
}

func (d *downloads) openedAt(got httptrace.GotConnInfo) time.Time {
	d.lock.Lock()
	defer d.lock.Unlock()
	if !got.Reused {
		d.report.Connections++
		d.opened[got.Conn] = time.Now()
	}
	return d.opened[got.Conn]
}

func (d *downloads) lastedFor(time time.Duration) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.longest = max(d.longest, time)
}

func (d *downloads) summary() steadyReport {
	d.report.LongestSeconds = d.longest.Seconds()
	if d.report.Failures == nil {
		d.report.Failures = []failure{}
	}
	return d.report
}

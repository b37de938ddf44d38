package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
)

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

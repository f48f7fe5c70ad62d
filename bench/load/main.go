// Load for a server that asks for client certificates: full handshakes, resumptions and requests over HTTP/1.1 and HTTP/2.
//
// Bounded in time and count; prints one JSON object and exits 1 where anything failed. Loopback only, unless -anywhere is given.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type options struct {
	mode, target, cert, key, ca, tlsVersion, curve string
	http2                                          bool
	workers, count                                 int
	duration                                       time.Duration
	body                                           int
}

type result struct {
	Operations int64            `json:"operations"`
	Failures   int64            `json:"failures"`
	Resumed    int64            `json:"resumed"`
	Bytes      int64            `json:"bytes"`
	Seconds    float64          `json:"seconds"`
	P50Micros  int64            `json:"p50_us"`
	P99Micros  int64            `json:"p99_us"`
	MaxMicros  int64            `json:"max_us"`
	Errors     map[string]int64 `json:"errors,omitempty"`
}

func main() {
	var o options
	flag.StringVar(&o.mode, "mode", "requests", "handshakes: a full handshake and one request each; resume: resumed handshakes; requests: kept connections; mixed: both; idle: connections held open")
	flag.StringVar(&o.target, "url", "", "what to ask for")
	flag.StringVar(&o.cert, "cert", "", "client certificate (PEM)")
	flag.StringVar(&o.key, "key", "", "client key (PEM)")
	flag.StringVar(&o.ca, "ca", "", "CA of the server (PEM)")
	flag.StringVar(&o.tlsVersion, "tls", "1.3", "1.2 or 1.3")
	flag.StringVar(&o.curve, "curve", "", "P256 or X25519; the library's order otherwise")
	flag.BoolVar(&o.http2, "http2", false, "speak HTTP/2")
	flag.IntVar(&o.workers, "workers", 4, "connections at once")
	flag.IntVar(&o.count, "count", 0, "operations in all; 0: as many as fit into the duration")
	flag.DurationVar(&o.duration, "duration", 5*time.Second, "how long, 10 minutes at most")
	flag.IntVar(&o.body, "body", 0, "bytes of request body to POST; 0: GET")
	anywhere := flag.Bool("anywhere", false, "allow targets that are not on this machine")
	flag.Parse()
	if o.duration > 10*time.Minute {
		o.duration = 10 * time.Minute
	}
	target, err := url.Parse(o.target)
	if err != nil || target.Host == "" {
		fmt.Fprintln(os.Stderr, "load: -url is needed")
		os.Exit(2)
	}
	if address := net.ParseIP(target.Hostname()); !*anywhere && target.Hostname() != "localhost" && (address == nil || !address.IsLoopback()) {
		fmt.Fprintln(os.Stderr, "load: the target is not on loopback")
		os.Exit(2)
	}
	config, err := tlsConfig(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	r := run(o, config)
	json.NewEncoder(os.Stdout).Encode(r)
	if r.Failures > 0 {
		os.Exit(1)
	}
}

func tlsConfig(o options) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13}
	if o.tlsVersion == "1.2" {
		config.MaxVersion = tls.VersionTLS12
	} else {
		config.MinVersion = tls.VersionTLS13
	}
	switch o.curve {
	case "P256":
		config.CurvePreferences = []tls.CurveID{tls.CurveP256}
	case "X25519":
		config.CurvePreferences = []tls.CurveID{tls.X25519}
	}
	if o.cert != "" {
		pair, err := tls.LoadX509KeyPair(o.cert, o.key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if o.ca != "" {
		pem, err := os.ReadFile(o.ca)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("no certificate in " + o.ca)
		}
	}
	return config, nil
}

type recorder struct {
	result
	mutex     sync.Mutex
	latencies []int64
	started   int64
}

func (r *recorder) take(o options) bool {
	return o.count == 0 || atomic.AddInt64(&r.started, 1) <= int64(o.count)
}

func (r *recorder) record(began time.Time, err error) {
	elapsed := time.Since(began).Microseconds()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err != nil {
		r.Failures++
		if r.Errors == nil {
			r.Errors = map[string]int64{}
		}
		r.Errors[kind(err)]++
		return
	}
	r.Operations++
	r.latencies = append(r.latencies, elapsed)
}

// kind drops ports from a message, so that like errors count together.
func kind(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i > 0 && len(text) > 120 {
		text = text[i+2:]
	}
	fields := strings.Fields(text)
	for i, field := range fields {
		if strings.HasPrefix(field, "127.0.0.1:") {
			fields[i] = "127.0.0.1:*"
		}
	}
	return strings.Join(fields, " ")
}

func run(o options, config *tls.Config) result {
	r := &recorder{}
	context, cancel := context.WithTimeout(context.Background(), o.duration)
	defer cancel()
	began := time.Now()
	var group sync.WaitGroup
	for worker := 0; worker < o.workers; worker++ {
		group.Add(1)
		go func(worker int) {
			defer group.Done()
			work(context, o, config.Clone(), r, worker)
		}(worker)
	}
	group.Wait()
	r.Seconds = time.Since(began).Seconds()
	sort.Slice(r.latencies, func(i, j int) bool { return r.latencies[i] < r.latencies[j] })
	if n := len(r.latencies); n > 0 {
		r.P50Micros, r.P99Micros, r.MaxMicros = r.latencies[n/2], r.latencies[n*99/100], r.latencies[n-1]
	}
	return r.result
}

func work(context context.Context, o options, config *tls.Config, r *recorder, worker int) {
	switch o.mode {
	case "handshakes":
		handshakes(context, o, config, r)
	case "resume":
		config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
		handshakes(context, o, config, r)
	case "idle":
		idle(context, o, config, r)
	case "mixed":
		requests(context, o, config, r, worker%2 == 0)
	default:
		requests(context, o, config, r, false)
	}
}

// handshakes connects anew for each operation; one request brings the session ticket and proves the connection works.
func handshakes(context context.Context, o options, config *tls.Config, r *recorder) {
	target, _ := url.Parse(o.target)
	config.ServerName = target.Hostname()
	request := []byte("GET " + target.RequestURI() + " HTTP/1.1\r\nHost: " + target.Host + "\r\nConnection: close\r\n\r\n")
	for context.Err() == nil && r.take(o) {
		began := time.Now()
		resumed, n, err := oneHandshake(target.Host, config, request)
		if context.Err() != nil && err != nil {
			return
		}
		r.record(began, err)
		atomic.AddInt64(&r.Bytes, n)
		if resumed {
			atomic.AddInt64(&r.Resumed, 1)
		}
	}
}

func oneHandshake(address string, config *tls.Config, request []byte) (bool, int64, error) {
	plain, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return false, 0, err
	}
	defer plain.Close()
	plain.SetDeadline(time.Now().Add(10 * time.Second))
	connection := tls.Client(plain, config)
	if err := connection.Handshake(); err != nil {
		return false, 0, err
	}
	if _, err := connection.Write(request); err != nil {
		return false, 0, err
	}
	answer, err := io.ReadAll(connection)
	if err != nil {
		return false, 0, err
	}
	if !strings.HasPrefix(string(answer), "HTTP/1.1 200") {
		return false, 0, errors.New("answer: " + strings.SplitN(string(answer), "\r\n", 2)[0])
	}
	return connection.ConnectionState().DidResume, int64(len(answer)), nil
}

// idle opens connections, asks one thing on each and holds them until the time is over.
func idle(context context.Context, o options, config *tls.Config, r *recorder) {
	target, _ := url.Parse(o.target)
	config.ServerName = target.Hostname()
	request := []byte("GET " + target.RequestURI() + " HTTP/1.1\r\nHost: " + target.Host + "\r\n\r\n")
	for context.Err() == nil && r.take(o) {
		began := time.Now()
		connection, err := tls.Dial("tcp", target.Host, config)
		if err == nil {
			defer connection.Close()
			_, err = connection.Write(request)
		}
		if err == nil {
			_, err = connection.Read(make([]byte, 4096))
		}
		r.record(began, err)
	}
	<-context.Done()
}

// requests keeps its connection, or with anew closes it after every tenth request.
func requests(context context.Context, o options, config *tls.Config, r *recorder, anew bool) {
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: o.http2, MaxIdleConnsPerHost: 1, DisableCompression: true}
	if !o.http2 {
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
	defer transport.CloseIdleConnections()
	for n := 1; context.Err() == nil && r.take(o); n++ {
		began := time.Now()
		bytes, err := oneRequest(client, o)
		r.record(began, err)
		atomic.AddInt64(&r.Bytes, bytes)
		if anew && n%10 == 0 {
			transport.CloseIdleConnections()
		}
	}
}

func oneRequest(client *http.Client, o options) (int64, error) {
	method, body := "GET", io.Reader(nil)
	if o.body > 0 {
		method, body = "POST", strings.NewReader(strings.Repeat("x", o.body))
	}
	request, err := http.NewRequest(method, o.target, body)
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err != nil {
		return n, err
	}
	if answer.StatusCode != 200 {
		return n, fmt.Errorf("status %d", answer.StatusCode)
	}
	if o.http2 != (answer.ProtoMajor == 2) {
		return n, errors.New("answered over " + answer.Proto)
	}
	return n, nil
}

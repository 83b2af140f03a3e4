// Package access verifies access tokens the way Go services do: golang-jwt,
// an ECDSA key, and a cache of what was verified before.
package access

import (
	"crypto/ecdsa"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Why a caller is not let in.
var (
	ErrUnauthenticated  = errors.New("unauthenticated")
	ErrPermissionDenied = errors.New("permission denied")
)

const maxCached = 10_000

type claims struct {
	jwt.RegisteredClaims
	Scope string `json:"scope"`
}

// What an access token grants, and until when.
type verified struct {
	scope   []string
	expires time.Time
}

// Options say which access tokens are accepted.
type Options struct {
	KeyFile  string
	Issuer   string
	Audience string
	// Whether an access token that was verified is remembered until it expires.
	Cached bool
}

// AddFlags has the command line say them.
func (o *Options) AddFlags() {
	flag.StringVar(&o.KeyFile, "key", "", "file of the public key in PEM")
	flag.StringVar(&o.Issuer, "issuer", "", "iss of access tokens")
	flag.StringVar(&o.Audience, "audience", "", "aud of access tokens")
	flag.BoolVar(&o.Cached, "cached", false, "remember verified access tokens")
}

// Verifier checks access tokens with one public key.
type Verifier struct {
	key    *ecdsa.PublicKey
	parser *jwt.Parser
	cached bool
	mutex  sync.RWMutex
	known  map[string]*verified
}

// NewVerifier reads the public key in PEM.
func NewVerifier(options Options) (*Verifier, error) {
	pem, err := os.ReadFile(options.KeyFile)
	if err != nil {
		return nil, err
	}
	key, err := jwt.ParseECPublicKeyFromPEM(pem)
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithIssuer(options.Issuer),
		jwt.WithAudience(options.Audience),
		jwt.WithExpirationRequired(),
	)
	return &Verifier{key: key, parser: parser, cached: options.Cached, known: map[string]*verified{}}, nil
}

// Verify decides whether the bearer of an authorization header has a permission.
func (v *Verifier) Verify(authorization, permission string) error {
	token, isBearer := strings.CutPrefix(authorization, "Bearer ")
	if !isBearer {
		return ErrUnauthenticated
	}
	caller, err := v.caller(token)
	if err != nil {
		return err
	}
	if !slices.Contains(caller.scope, permission) {
		return ErrPermissionDenied
	}
	return nil
}

func (v *Verifier) caller(token string) (*verified, error) {
	if !v.cached {
		return v.verify(token)
	}
	v.mutex.RLock()
	known := v.known[token]
	v.mutex.RUnlock()
	if known != nil && time.Now().Before(known.expires) {
		return known, nil
	}
	now, err := v.verify(token)
	if err != nil {
		return nil, err
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if len(v.known) >= maxCached {
		clear(v.known)
	}
	v.known[token] = now
	return now, nil
}

func (v *Verifier) verify(token string) (*verified, error) {
	var read claims
	_, err := v.parser.ParseWithClaims(token, &read, func(*jwt.Token) (any, error) { return v.key, nil })
	if err != nil {
		return nil, ErrUnauthenticated
	}
	return &verified{
		scope:   strings.Fields(read.Scope),
		expires: read.ExpiresAt.Time,
	}, nil
}

// A REST gateway for the resources service: grpc-gateway, with access tokens
// verified before a request is translated.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"gatehouse.example/bench/access"
	resources "gatehouse.example/bench/gen/gatehouse/resources/v1"
)

func main() {
	var options access.Options
	options.AddFlags()
	backend := flag.String("backend", "", "address of the resources service")
	flag.Parse()

	verifier, err := access.NewVerifier(options)
	if err != nil {
		log.Fatal(err)
	}
	mux := runtime.NewServeMux()
	dial := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	err = resources.RegisterResourceServiceHandlerFromEndpoint(context.Background(), mux, *backend, dial)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, guard(verifier, mux)))
}

func guard(verifier *access.Verifier, next http.Handler) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		err := verifier.Verify(request.Header.Get("Authorization"), "resources:read")
		switch {
		case errors.Is(err, access.ErrPermissionDenied):
			http.Error(response, "permission denied", http.StatusForbidden)
		case err != nil:
			http.Error(response, "unauthenticated", http.StatusUnauthorized)
		default:
			next.ServeHTTP(response, request)
		}
	})
}

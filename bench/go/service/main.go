// The resources service as far as it is called: it verifies access tokens and
// answers from memory.
package main

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"gatehouse.example/bench/access"
	resources "gatehouse.example/bench/gen/gatehouse/resources/v1"
)

type service struct {
	resources.UnimplementedResourceServiceServer
	get  resources.GetResourceResponse
	list resources.ListResourcesResponse
}

func (s *service) GetResource(context.Context, *resources.GetResourceRequest) (*resources.GetResourceResponse, error) {
	return &s.get, nil
}

func (s *service) ListResources(context.Context, *resources.ListResourcesRequest) (*resources.ListResourcesResponse, error) {
	return &s.list, nil
}

func main() {
	var options access.Options
	options.AddFlags()
	get := flag.String("get", "", "the reply of GetResource, in base64")
	list := flag.String("list", "", "the reply of ListResources, in base64")
	flag.Parse()

	verifier, err := access.NewVerifier(options)
	if err != nil {
		log.Fatal(err)
	}
	var answers service
	if err := errors.Join(decode(*get, &answers.get), decode(*list, &answers.list)); err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(guard(verifier)))
	resources.RegisterResourceServiceServer(server, &answers)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(server.Serve(listener))
}

func decode(text string, message proto.Message) error {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return proto.Unmarshal(bytes, message)
}

func guard(verifier *access.Verifier) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		authorization := ""
		if values := metadata.ValueFromIncomingContext(ctx, "authorization"); len(values) > 0 {
			authorization = values[0]
		}
		err := verifier.Verify(authorization, "resources:read")
		switch {
		case errors.Is(err, access.ErrPermissionDenied):
			return nil, status.Error(codes.PermissionDenied, "permission denied")
		case err != nil:
			return nil, status.Error(codes.Unauthenticated, "unauthenticated")
		default:
			return next(ctx, request)
		}
	}
}

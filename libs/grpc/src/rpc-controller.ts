import { Controller } from '@nestjs/common';
import { GrpcMethod, GrpcStreamMethod } from '@nestjs/microservices';
import { PARAM_ARGS_METADATA } from '@nestjs/microservices/constants.js';
import type { Metadata, MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { platformReasons } from '@gatehouse/errors';
import { from, map, type Observable } from 'rxjs';
import { callOf, type Call } from './call.js';
import { MalformedMessage } from './malformed-message.js';
import { serviceName } from './service-name.js';
import { paced } from './stream-pace.js';

type Definition = Readonly<Record<string, MethodDefinition<any, any>>>; // eslint-disable-line @typescript-eslint/no-explicit-any

type RequestOf<M> = M extends { requestDeserialize: (bytes: Buffer) => infer Request } ? Request : never;
type ReplyOf<M> = M extends { responseSerialize: (reply: infer Reply) => Buffer } ? Reply : never;
type Incoming<M> = M extends { requestStream: true } ? Observable<RequestOf<M>> : RequestOf<M>;
type Outgoing<M> = M extends { responseStream: true } ? AsyncIterable<ReplyOf<M>> : Promise<ReplyOf<M>>;

/**
 * The methods that a controller must have: one for each RPC of the service,
 * so that the compiler asks for the line that a new RPC needs.
 */
export type RpcHandlers<S extends Definition> = {
  [M in keyof S]: (request: Incoming<S[M]>, call: Call) => Outgoing<S[M]>;
};

/**
 * Makes a class the gRPC edge of one service of the contract. Each of its
 * methods gets the request and the {@link Call}; requests that break a
 * constraint of the contract never reach it (INVALID_ARGUMENT, FIELD_INVALID or MESSAGE_MALFORMED).
 */
export function RpcController<S extends Definition>(definition: S) {
  return <T extends RpcHandlers<S>>(target: new (...dependencies: any[]) => T): void => {
    const service = serviceName(definition as ServiceDefinition);
    for (const [key, method] of Object.entries(definition)) {
      const rpc = method.path.split('/')[2];
      const handler = Object.getOwnPropertyDescriptor(target.prototype, key)?.value as Handler | undefined;
      if (!handler) throw new Error(`${target.name} has no handler for ${service}/${rpc}`);
      const descriptor = { value: edgeOf(handler, method), configurable: true, writable: true };
      const decorate = method.requestStream ? GrpcStreamMethod : GrpcMethod;
      decorate(service, rpc)(target.prototype, key, descriptor);
      Object.defineProperty(target.prototype, key, descriptor);
      // That nothing is to be done to its arguments: Nest would pass each through the pipes that there are none of.
      Reflect.defineMetadata(PARAM_ARGS_METADATA, {}, target, key);
    }
    Controller()(target);
  };
}

type Handler = (request: unknown, call: Call) => unknown;

/** What Nest calls: checks the request, then calls the handler with the call's own object. */
function edgeOf(handler: Handler, method: MethodDefinition<unknown, unknown>) {
  return function edge(this: unknown, request: unknown, metadata: Metadata): unknown {
    const call = callOf(metadata);
    if (method.requestStream)
      request = (request as Observable<object>).pipe(map((message) => checked(message, call)));
    else checked(request as object, call);
    const reply = handler.call(this, request, call) as Promise<unknown> | AsyncIterable<unknown>;
    // Nest feeds a request stream only after the handler has returned something other than a promise.
    if (method.responseStream) return from(paced(reply as AsyncIterable<unknown>, call));
    return method.requestStream ? from(reply) : reply;
  };
}

function checked(request: object, call: Call): object {
  if (request instanceof MalformedMessage) throw platformReasons.MESSAGE_MALFORMED({ cause: request.cause });
  const violations = call.method.check?.(request);
  if (violations && violations.length > 0) throw platformReasons.FIELD_INVALID({ violations });
  return request;
}

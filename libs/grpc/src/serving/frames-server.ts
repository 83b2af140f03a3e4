import type { Socket } from 'node:net';
import {
  status,
  type Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type StatusObject,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { FrameServer, type ServerStream, type Status } from '@gatehouse/http2-grpc';
import { COMPRESSED, OVERLOADED } from '../load/refused-call.js';
import type { ServedMethod } from '../served-method.js';
import { frameLimits } from '../server-limits.js';
import { isShed, type Serving } from './call-life.js';
import { sentMetadata } from './call-metadata.js';
import type { CallServer, MethodRegistry } from './call-server.js';
import type { FramesMethod } from './frames-method.js';
import { StreamedFramesCall } from './streamed-frames-call.js';
import { UnaryFramesCall } from './unary-frames-call.js';

/** What a call is refused with. */
type Refusal = Pick<StatusObject, 'code' | 'details'> & { readonly metadata?: Metadata | null | undefined };

/** Serves by frames of our own. */
export class FramesServer implements CallServer {
  readonly registry: MethodRegistry = {
    addService: (definition, implementation) => this.#add(definition, implementation),
  };
  readonly #methods = new Map<string, FramesMethod>();
  readonly #server = new FrameServer((stream) => this.#serve(stream), frameLimits);

  /** @param served what the contract says of its methods, by path */
  constructor(
    private readonly served: ReadonlyMap<string, ServedMethod>,
    private readonly serving: Serving,
  ) {}

  accept(socket: Socket): void {
    this.#server.accept(socket, `${socket.remoteAddress}:${socket.remotePort}`);
  }

  drain(): Promise<void> {
    return this.#server.drain();
  }

  close(): void {
    this.#server.close();
  }

  #add(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    for (const [name, definition] of Object.entries(service)) {
      const { path, originalName = '' } = definition;
      const handle = (implementation[name] ?? implementation[originalName]) as
        FramesMethod['handle'] | undefined;
      if (handle === undefined) continue;
      const method = definition as MethodDefinition<unknown, unknown>;
      this.#methods.set(path, {
        definition: method,
        handle: handle.bind(implementation),
        served: this.served.get(path),
      });
    }
  }

  #serve(stream: ServerStream): void {
    const method = this.#methods.get(stream.path);
    // Which encodings there are is said by the frames.
    if (stream.encoding !== 'identity') return refuse(stream, { ...COMPRESSED, metadata: undefined });
    if (method === undefined) {
      const details = `the server does not have the method ${stream.path}`;
      return refuse(stream, { code: status.UNIMPLEMENTED, details });
    }
    if (method.served && isShed(this.serving, method.served)) return refuse(stream, OVERLOADED);
    const { requestStream, responseStream } = method.definition;
    const Kind = requestStream || responseStream ? StreamedFramesCall : UnaryFramesCall;
    stream.listen(new Kind(stream, method, this.serving));
  }
}

function refuse(stream: ServerStream, { code, details, metadata }: Refusal): void {
  stream.end({ code: code as number as Status, details, metadata: sentMetadata(metadata) });
}

import type { ChannelUse } from '../balancing/replica-load.js';
import { ReplicaLoads } from '../balancing/replica-loads.js';
import type { CallError } from '../grpc/call-error.js';
import type { Observe } from './call.js';
import type { ClientLimits } from './client-connection.js';
import { ClientStreamCall, type RequestStream } from './client-stream-call.js';
import { plainDialer, type Dialer } from './dial.js';
import { Dispatcher } from './dispatcher.js';
import type { Reply } from './reply.js';
import { ServerStreamCall } from './server-stream-call.js';
import { readTarget } from './target.js';
import { UnaryCall, type SingleRequest } from './unary-call.js';

/** How a service is reached. */
export interface ChannelOptions {
  /** `dns:///name:port`, or `ipv4:` or `ipv6:` and the addresses of the replicas. */
  readonly target: string;
  /** What it is for. Streams last, so neither their number nor their length says how busy a replica is. */
  readonly use: ChannelUse;
  /** Whether a method may be called twice. */
  readonly isIdempotent: (path: string) => boolean;
  /** Makes the sockets; in the clear unless given. */
  readonly dialer?: Dialer;
  /** Connections to each replica; 2 unless given. */
  readonly connections?: number;
  /** What is known of the replicas, where others know it too. */
  readonly loads?: ReplicaLoads;
  /** How often a name is looked up, in milliseconds; 10,000 unless given. */
  readonly lookUpEveryMs?: number;
  readonly limits?: Partial<ClientLimits>;
  /** What calls fail with; the {@link CallError} itself unless given. */
  readonly errorOf?: (error: CallError) => unknown;
  /** Sees each call from its beginning to its end, all attempts together. */
  readonly observe?: Observe;
}

const KIB = 1024;

const LIMITS: ClientLimits = {
  connectionWindow: 1024 * KIB,
  streamWindow: 256 * KIB,
  maxHeaderListSize: 32 * KIB,
  maxMessage: 4096 * KIB,
  maxCalls: 2 ** 30,
  keepalive: { timeMs: 30_000, timeoutMs: 10_000, withoutCalls: false },
};

/** How long a new replica may go unnoticed, in milliseconds. */
const LOOK_UP_EVERY_MS = 10_000;

/** What lasts longer was no call but a stream, in milliseconds. */
const LONGEST_CALL_MS = 30_000;

const CONNECTIONS = 2;

/** Calls to a service, over connections to all of its replicas. */
export class Channel {
  readonly #dispatcher: Dispatcher;

  /** Connects with the first call. @throws Error for a target that cannot be read */
  constructor(options: ChannelOptions) {
    const target = readTarget(options.target);
    this.#dispatcher = new Dispatcher({
      target,
      use: options.use,
      isIdempotent: options.isIdempotent,
      dialer: options.dialer ?? plainDialer,
      authority: target.authority,
      limits: { ...LIMITS, ...options.limits },
      connections: options.connections ?? CONNECTIONS,
      loads: options.loads ?? new ReplicaLoads(LONGEST_CALL_MS),
      lookUpEveryMs: options.lookUpEveryMs ?? LOOK_UP_EVERY_MS,
      errorOf: options.errorOf ?? ((error) => error),
      observe: options.observe ?? ((_path, metadata) => ({ metadata, end: () => undefined })),
    });
  }

  /** @throws CallError, or what the channel makes of it */
  unary(call: SingleRequest): Promise<Reply> {
    return new Promise((resolve, reject) => {
      new UnaryCall(this.#dispatcher, call, { resolve, reject }).begin();
    });
  }

  /**
   * Sends the messages as fast as the service takes them. It may answer before it has taken all of them.
   *
   * @throws CallError, or what the channel makes of it; whatever the iteration of the messages throws
   */
  clientStream(call: RequestStream): Promise<Reply> {
    return new Promise((resolve, reject) => {
      new ClientStreamCall(this.#dispatcher, call, { resolve, reject }).begin();
    });
  }

  /** The iteration of the messages throws CallError, or what the channel makes of it. */
  serverStream(call: SingleRequest): ServerStreamCall {
    const stream = new ServerStreamCall(this.#dispatcher, call);
    stream.begin();
    return stream;
  }

  /** Ends all calls. */
  close(): void {
    this.#dispatcher.close();
  }
}

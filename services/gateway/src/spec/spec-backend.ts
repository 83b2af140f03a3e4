import {
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type Metadata,
  type sendUnaryData,
  type StatusObject,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import {
  KeySetServiceService,
  ProofServiceService,
  RevocationServiceService,
  SessionServiceService,
  TokenServiceService,
  type CreateSessionRequest,
  type CreateSessionResponse,
  type EndSessionRequest,
  type EndSessionResponse,
  type ExchangeRequest,
  type LoginRequest,
  type TokenSet,
  type UnbindTokenRequest,
  type UseProofRequest,
} from '@gatehouse/contracts/auth';
import {
  ResourceServiceService,
  Visibility,
  type CreateResourceRequest,
  type DeleteResourceRequest,
  type GetResourceRequest,
  type Resource,
  type UpdateResourceRequest,
} from '@gatehouse/contracts/resources';
import { toAppError, toStatusObject } from '@gatehouse/errors';
import { SpecFeed, type SpecPublicJwk } from '@gatehouse/testing';

/** A call as it reached the backend. */
export interface SeenCall {
  readonly method: string;
  readonly metadata: Metadata;
  readonly request: unknown;
  /** Milliseconds that the caller gave it. */
  readonly remainingMs: number;
  readonly cancelled: () => boolean;
}

/** What the backend does; a spec replaces what it is about. */
export interface BackendBehaviour {
  getResource(request: GetResourceRequest): Promise<Resource> | Resource;
  createResource(request: CreateResourceRequest): Promise<Resource> | Resource;
  updateResource(request: UpdateResourceRequest): Promise<Resource> | Resource;
  deleteResource(request: DeleteResourceRequest): Promise<void> | void;
  login(request: LoginRequest): Promise<TokenSet> | TokenSet;
  exchange(request: ExchangeRequest): Promise<TokenSet> | TokenSet;
  /** Whether nobody has used it before. */
  useProof(request: UseProofRequest): Promise<boolean> | boolean;
  unbindToken(request: UnbindTokenRequest): Promise<TokenSet> | TokenSet;
  createSession(request: CreateSessionRequest): CreateSessionResponse;
  endSession(request: EndSessionRequest): EndSessionResponse;
}

/** A resource of the backend. */
export function specResource(fields: Partial<Resource> = {}): Resource {
  return {
    id: '0190b0a0-0000-7000-8000-000000000001',
    owner: '0190b0a0-0000-7000-8000-00000000000a',
    title: 'Notes',
    content: 'text',
    visibility: Visibility.PRIVATE,
    createTime: new Date('2026-01-01T00:00:00Z'),
    updateTime: new Date('2026-01-02T00:00:00Z'),
    etag: 'v1',
    ...fields,
  };
}

/** A real gRPC server with some services of the contract, for a gateway to stand in front of. */
export class SpecBackend {
  readonly calls: SeenCall[] = [];
  behaviour: Partial<BackendBehaviour> = {};
  /** Auth's end of the gateway's feed. */
  readonly feed = new SpecFeed(() => ({ keys: [...this.keys] }));
  #server = new Server();

  private constructor(private readonly keys: readonly SpecPublicJwk[]) {}

  static async start(
    keys: readonly SpecPublicJwk[],
    port = 0,
  ): Promise<{ backend: SpecBackend; port: number }> {
    const backend = new SpecBackend(keys);
    return { backend, port: await backend.#listen(port) };
  }

  /** The calls of a method, in the order they came. */
  callsOf(name: string): readonly SeenCall[] {
    return this.calls.filter(({ method }) => method === name);
  }

  get last(): SeenCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('nothing was called');
    return call;
  }

  /** Ends at once; calls in flight fail. */
  kill(): void {
    this.#server.forceShutdown();
  }

  async restart(port: number): Promise<void> {
    this.#server = new Server();
    await this.#listen(port);
  }

  async #listen(port: number): Promise<number> {
    const server = this.#server;
    server.addService(KeySetServiceService, { getKeySet: this.#serve(() => ({ keys: [...this.keys] })) });
    server.addService(TokenServiceService, {
      login: this.#serve(async (request: LoginRequest) => ({
        tokens: await this.behaviour.login?.(request),
      })),
      // Not a call that a spec is about: the gateway proves itself, to follow what is revoked.
      issueServiceToken: (_call: unknown, callback: sendUnaryData<object>) =>
        callback(null, { tokens: { accessToken: 'of the gateway', expiresIn: 300 } }),
      exchange: this.#serve(async (request: ExchangeRequest) => ({
        tokens: await this.behaviour.exchange?.(request),
      })),
    });
    server.addService(ProofServiceService, {
      useProof: this.#serve(async (request: UseProofRequest) => ({
        accepted: (await this.behaviour.useProof?.(request)) ?? false,
      })),
      unbindToken: this.#serve(async (request: UnbindTokenRequest) => ({
        tokens: await this.behaviour.unbindToken?.(request),
      })),
    });
    const watch: UntypedHandleCall = (stream: Parameters<SpecFeed['watch']>[0]) => this.feed.watch(stream);
    server.addService(RevocationServiceService, { watch });
    server.addService(SessionServiceService, {
      createSession: this.#serve(
        (request: CreateSessionRequest) => this.behaviour.createSession?.(request) ?? { session: undefined },
      ),
      endSession: this.#serve(
        (request: EndSessionRequest) => this.behaviour.endSession?.(request) ?? { session: undefined },
      ),
    });
    server.addService(ResourceServiceService, {
      getResource: this.#serve(async (request: GetResourceRequest) => ({
        resource: (await this.behaviour.getResource?.(request)) ?? specResource({ id: request.id }),
      })),
      listResources: this.#serve(() => ({ resources: [specResource()], nextPageToken: '' })),
      createResource: this.#serve(async (request: CreateResourceRequest) => ({
        resource: (await this.behaviour.createResource?.(request)) ?? specResource(request.resource),
      })),
      updateResource: this.#serve(async (request: UpdateResourceRequest) => ({
        resource: (await this.behaviour.updateResource?.(request)) ?? specResource(request.resource),
      })),
      deleteResource: this.#serve(async (request: DeleteResourceRequest) => {
        await this.behaviour.deleteResource?.(request);
        return {};
      }),
    });
    return new Promise((resolve, reject) => {
      const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
      server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), bound);
    });
  }

  #serve<Request, Reply>(
    handle: (request: Request) => Promise<Reply> | Reply,
  ): handleUnaryCall<Request, Reply> {
    return (call, callback) => {
      const { metadata, request } = call;
      const remainingMs = Number(call.getDeadline()) - Date.now();
      const method = call.getPath().split('/')[2] ?? '';
      this.calls.push({ method, metadata, request, remainingMs, cancelled: () => call.cancelled });
      Promise.resolve(request)
        .then(handle)
        .then(
          (reply) => callback(null, reply),
          (error: unknown) => callback(statusOf(error)),
        );
    };
  }
}

/** A plain status as it is, an AppError with its details. */
function statusOf(error: unknown): StatusObject {
  if (error instanceof Error) return toStatusObject(toAppError(error));
  return error as StatusObject;
}

import { endedSessionCookie } from '@gatehouse/session-cookie';
import { headersOfMetadata } from '@gatehouse/transcoding';
import type { HeaderPolicy } from '../http/header-policy.js';
import type { Caller } from '../rpc/admission.js';
import { CallBudget } from '../rpc/call-budget.js';
import { callMetadata } from '../rpc/call-metadata.js';
import type { CallOrigin } from '../rpc/call-origin.js';
import type { AdmittedCall, CallerAccess } from '../rpc/caller-access.js';
import type { Reply, ReplyMetadata, Upstream, UpstreamCall } from '../upstream/upstream.js';
import type { PublicMethod } from './public-methods.js';

/** A call by the name of its method, in whatever protocol it came, and the way back. */
export interface IncomingCall {
  readonly origin: CallOrigin;
  readonly method: PublicMethod;
  /** How long it may take, in milliseconds. @throws AppError or TranscodingError for a timeout that cannot be read */
  timeoutMs(): number;
  /** The one message of a request, in wire format. @throws AppError */
  onlyMessage(): Promise<Uint8Array>;
  /** The messages of a request that is a stream, as they come. Throws the same. */
  messages(): AsyncIterable<Uint8Array>;
  /** From now on it lasts while there is nothing to do for it. */
  lasts(): void;
  /** @param cancel called when nobody waits for the call any more; at once when that is so already */
  onGone(cancel: () => void): void;
  /** Sends what goes before the messages, once. @param headers by lower-case name */
  sendHead(headers: ReadonlyMap<string, string>): void;
  /** Sends a message in wire format. Resolves once the caller takes more. */
  sendMessage(message: Uint8Array): Promise<void> | undefined;
}

/** What a forwarder works with. */
export interface CallForwarderOptions {
  readonly access: CallerAccess;
  readonly upstream: Upstream;
  readonly headers: HeaderPolicy;
}

/** Has calls made of services whose callers may make them. What is in a message is for the service alone to read. */
export class CallForwarder {
  constructor(private readonly options: CallForwarderOptions) {}

  /** Resolves once all replies are sent. @throws AppError and TranscodingError: how the call ends otherwise */
  async forward(call: IncomingCall): Promise<void> {
    const { access, upstream } = this.options;
    const { origin, method } = call;
    const { plan } = method;
    const credential = access.credentialOf(origin, plan);
    const budget = new CallBudget(call.timeoutMs());
    const admitted = access.admit(origin, plan, credential, budget);
    const caller = admitted instanceof Promise ? await admitted : admitted;
    const to: AdmittedCall = { plan, caller, budget };
    if (method.rpc.methodKind === 'server_streaming') return this.#stream(call, to);
    const reply =
      method.rpc.methodKind === 'client_streaming'
        ? await access.asCallerOnce(to, (by) =>
            upstream.clientStream({ ...this.#callOf(call, to, by), requests: call.messages() }),
          )
        : await this.#unary(call, to);
    await this.#reply(call, to, reply);
  }

  async #unary(call: IncomingCall, to: AdmittedCall): Promise<Reply> {
    const { access, upstream } = this.options;
    const request = await call.onlyMessage();
    return access.asCaller(to, (by) => upstream.unary({ ...this.#callOf(call, to, by), request }));
  }

  async #stream(call: IncomingCall, to: AdmittedCall): Promise<void> {
    const { access, upstream } = this.options;
    const request = await call.onlyMessage();
    call.lasts();
    // Whether it is refused shows with the first message; after that it is not made again.
    const { stream, messages, first } = await access.asCaller(to, async (by) => {
      const stream = upstream.serverStream({ ...this.#callOf(call, to, by), request });
      call.onGone(() => stream.cancel());
      const messages = stream.messages[Symbol.asyncIterator]();
      return { stream, messages, first: await messages.next() };
    });
    try {
      call.sendHead(this.#headersOf(stream.metadata));
      for (let next = first; next.done !== true; next = await messages.next())
        await call.sendMessage(next.value);
    } finally {
      stream.cancel();
    }
  }

  #reply(
    call: IncomingCall,
    { caller }: AdmittedCall,
    { message, metadata }: Reply,
  ): Promise<void> | undefined {
    const { cookie } = call.method.plan;
    const headers = this.#headersOf(metadata);
    const setCookie = cookie?.headerOf(message, Date.now());
    if (setCookie !== undefined) headers.set('set-cookie', setCookie);
    if (setCookie === endedSessionCookie) caller?.exchanged?.forget();
    // Whoever takes their time to read it has no place meanwhile.
    call.lasts();
    call.sendHead(headers);
    // The secret of a session is for the browser to keep, not for its pages to read.
    return call.sendMessage(cookie?.withoutSecret(message) ?? message);
  }

  #callOf({ origin, method }: IncomingCall, { budget }: AdmittedCall, by: Caller | undefined): UpstreamCall {
    const metadata = callMetadata(origin, by?.authorization, this.options.headers.forward);
    return { path: method.path, metadata, deadline: budget.deadline };
  }

  #headersOf(metadata: ReplyMetadata): Map<string, string> {
    const { expose } = this.options.headers;
    return expose.length === 0 ? new Map() : headersOfMetadata(metadata, { allow: expose });
  }
}

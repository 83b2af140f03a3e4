import { status, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { platformReasons } from '@gatehouse/errors';
import type { CallListener, ServerStream, Status } from '@gatehouse/http2-grpc';
import { toLoggedStatus } from '../error-filter.js';
import { SHED_RETRY_AFTER_MS } from '../load/refused-call.js';
import { CallLife, type Answering, type SentStatus, type Serving } from './call-life.js';
import { ReceivedMetadata, sentMetadata } from './call-metadata.js';
import type { FramesMethod } from './frames-method.js';

/** A call that came in frames, whatever its kind. */
export abstract class FramesCall implements CallListener, Answering {
  readonly metadata: Metadata;
  protected readonly life: CallLife | undefined;
  protected isOver = false;
  /** Octets that have come of what is not complete. */
  #unfinished = 0;

  constructor(
    protected readonly stream: ServerStream,
    protected readonly method: FramesMethod,
    private readonly serving: Serving,
  ) {
    this.metadata = new ReceivedMetadata(stream.metadata);
    this.life = method.served && new CallLife(method.served, serving, stream.peer, stream.deadline, this);
    this.life?.begin(this.metadata);
  }

  abstract readonly isTaking: boolean;
  abstract message(bytes: Buffer): void;
  abstract halfClose(): void;
  abstract sent(): void;
  /** Tells the handler that nobody waits for it any more. */
  protected abstract tellCancelled(): void;

  arriving(octets: number): void {
    if (this.serving.unfinished.grow(this.#unfinished, octets)) this.#unfinished += octets;
    else this.fail(toLoggedStatus(platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS })));
  }

  cancelled(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.forget();
    this.life?.cancel();
    this.tellCancelled();
  }

  answer(sent: StatusObject): void {
    this.fail(sent);
  }

  /** Ends the call for its handler, unless it has been. */
  protected fail(sent: SentStatus): void {
    if (this.isOver) return;
    this.end(sent);
    this.tellCancelled();
  }

  /** Ends the call, unless it has been. */
  end(sent: SentStatus): void {
    if (this.isOver) return;
    this.isOver = true;
    this.forget();
    this.life?.finish(sent);
    this.stream.end({
      code: (sent.code ?? status.UNKNOWN) as Status,
      details: sent.details ?? '',
      metadata: sentMetadata(sent.metadata),
    });
  }

  /** Sends a message of the reply. @returns false when that cannot be */
  protected reply(message: unknown): boolean {
    if (this.isOver) return false;
    try {
      this.stream.sendMessage(this.method.definition.responseSerialize(message));
      return true;
    } catch (error) {
      this.fail({ code: status.INTERNAL, details: `the reply cannot be written: ${String(error)}` });
      return false;
    }
  }

  /** A request message. @returns undefined when it cannot be read, which ends the call */
  protected read(bytes: Buffer): unknown {
    try {
      return this.method.definition.requestDeserialize(bytes);
    } catch {
      this.fail({ code: status.INTERNAL, details: 'the request cannot be read' });
      return undefined;
    }
  }

  /** Runs the handler. What it awaits belongs to the call. */
  protected run(handle: () => unknown): void {
    if (this.life?.call) this.life.call.trace.run(handle);
    else handle();
  }

  /** What has come is complete, or will not be. */
  protected forget(): void {
    this.serving.unfinished.release(this.#unfinished);
    this.#unfinished = 0;
  }
}

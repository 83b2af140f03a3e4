import { Duplex } from 'node:stream';
import type { Metadata, StatusObject } from '@grpc/grpc-js';
import { statusOfError } from './status-of-error.js';

/** What a {@link CallStream} does with what a handler does. */
export interface CallStreamEvents {
  /** @param done called once the caller takes more */
  write(message: unknown, done: () => void): void;
  /** @param error what the handler has failed with; undefined for OK */
  ended(error: StatusObject | undefined): void;
  /** The handler takes messages. */
  resume(): void;
}

/** A call with streams, in the shape that grpc-js gives it. */
export class CallStream extends Duplex {
  cancelled = false;
  #error: StatusObject | undefined;

  constructor(
    readonly metadata: Metadata,
    /** The only message of a call that has no stream of them. */
    readonly request: unknown,
    private readonly events: CallStreamEvents,
  ) {
    super({ objectMode: true, emitClose: true });
    // The handler says by it what it has failed with.
    this.on('error', (error) => {
      this.#error ??= statusOfError(error);
      this.end();
    });
  }

  override _write(message: unknown, _encoding: string, done: () => void): void {
    this.events.write(message, done);
  }

  override _final(done: () => void): void {
    this.events.ended(this.#error);
    done();
  }

  override _read(): void {
    this.events.resume();
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    this.cancelled = true;
    this.emit('cancelled', 'cancelled');
    this.destroy();
  }
}

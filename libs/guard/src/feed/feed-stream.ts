import { credentials, Metadata, type ChannelCredentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import {
  RevocationServiceClient,
  type WatchRequest,
  type WatchRequest_Begin,
  type WatchResponse,
  type WatchResponse_Batch,
  type WatchResponse_Keys,
} from '@gatehouse/contracts/auth';
import { openClient } from '@gatehouse/grpc';

/** How often a verifier pings, in milliseconds. */
const PING_EVERY_MS = 1_000;

/** How long connecting may take, and how long auth may be silent after that, in milliseconds. */
const CONNECT_MS = 1_000;
const SILENCE_MS = 3_000;

/** What comes of a stream. */
export interface FeedListener {
  onBatch(batch: WatchResponse_Batch): void;
  onKeys(keys: WatchResponse_Keys): void;
  /** @param knownAt up to when, on the monotonic clock, all that was revoked has been sent */
  onPong(knownAt: number): void;
  /** Called once, however it ends; nothing comes after it. */
  onEnd(cause: unknown): void;
}

/** What a {@link FeedStream} works with. */
export interface FeedStreamOptions {
  /** Where auth answers: `host:port`. */
  readonly address: string;
  readonly channel?: ChannelCredentials;
  /** The verifier's own, for auth. */
  readonly accessToken: string;
  readonly begin: WatchRequest_Begin;
  readonly listener: FeedListener;
  /** A clock that never steps, in milliseconds. */
  readonly monotonic: () => number;
}

/**
 * One stream of revocations on a connection of its own: a connection that is dead without having said so is left
 * with the stream, and the next one goes wherever auth answers.
 */
export class FeedStream {
  readonly #listener: FeedListener;
  readonly #monotonic: () => number;
  readonly #client: RevocationServiceClient;
  /** When each ping was sent that has no echo yet. */
  readonly #pings = new Map<bigint, number>();
  #stream: ClientDuplexStream<WatchRequest, WatchResponse> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastPing = 0n;
  #heardAt = 0;
  #over = false;

  constructor(options: FeedStreamOptions) {
    const { address, channel = credentials.createInsecure() } = options;
    this.#listener = options.listener;
    this.#monotonic = options.monotonic;
    this.#client = openClient(RevocationServiceClient, address, contract, channel, { use: 'streams' });
    this.#client.waitForReady(Date.now() + CONNECT_MS, (error) => {
      if (error) this.end(error);
      else if (!this.#over) this.#begin(options);
    });
  }

  /** Says that all up to this number is enforced. */
  acknowledge(number: bigint): void {
    this.#send({ $case: 'acknowledge', value: { number } });
  }

  /** Ends it, if it has not ended. */
  end(cause?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#timer);
    this.#stream?.cancel();
    this.#client.close();
    this.#listener.onEnd(cause);
  }

  #begin({ accessToken, begin }: FeedStreamOptions): void {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${accessToken}`);
    this.#stream = this.#client.watch(metadata);
    this.#stream.on('data', (response: WatchResponse) => this.#receive(response));
    this.#stream.on('error', (error) => this.end(error));
    this.#stream.on('end', () => this.end(new Error('auth ended the stream')));
    this.#heardAt = this.#monotonic();
    this.#send({ $case: 'begin', value: begin });
    this.#ping();
    this.#timer = setInterval(() => this.#tick(), PING_EVERY_MS).unref();
  }

  #tick(): void {
    const silentMs = this.#monotonic() - this.#heardAt;
    if (silentMs > SILENCE_MS) this.end(new Error(`auth was silent for ${Math.round(silentMs)} ms`));
    else this.#ping();
  }

  #ping(): void {
    const id = ++this.#lastPing;
    // Noted before it is sent: what is known is never thought to be fresher than it is.
    this.#pings.set(id, this.#monotonic());
    this.#send({ $case: 'ping', value: { id } });
  }

  #receive({ message }: WatchResponse): void {
    if (this.#over) return;
    this.#heardAt = this.#monotonic();
    if (message?.$case === 'batch') this.#listener.onBatch(message.value);
    else if (message?.$case === 'keys') this.#listener.onKeys(message.value);
    else if (message?.$case === 'pong') this.#receivePong(message.value.id, Number(message.value.readAgeMs));
  }

  #receivePong(id: bigint, readAgeMs: number): void {
    const sentAt = this.#pings.get(id);
    if (sentAt === undefined) return;
    this.#pings.delete(id);
    this.#listener.onPong(sentAt - Math.max(0, readAgeMs));
  }

  #send(message: NonNullable<WatchRequest['message']>): void {
    if (!this.#over) this.#stream?.write({ message });
  }
}

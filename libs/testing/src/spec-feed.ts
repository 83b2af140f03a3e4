import type {
  Revocation,
  WatchRequest,
  WatchRequest_Begin,
  WatchResponse,
  WatchResponse_Batch,
} from '@gatehouse/contracts/auth';
import { Metadata, status, type ServerDuplexStream } from '@grpc/grpc-js';

type Stream = ServerDuplexStream<WatchRequest, WatchResponse>;

/** What a verifier said when it began, and with which access token. */
export interface SpecBegin extends WatchRequest_Begin {
  readonly authorization: string;
}

/** Auth's end of `RevocationService.Watch`, as a spec wants it to behave. */
export class SpecFeed {
  readonly begins: SpecBegin[] = [];
  /** Numbers, in the order in which they came. */
  readonly acknowledged: bigint[] = [];
  epoch = 'epoch-1';
  position = 1n;
  /** What pongs say of the replica's last read. */
  readAgeMs = 0;
  /** Whether pings get an echo; those that came meanwhile are echoed when it is set again. */
  answersPings = true;
  /** Whether a new stream is sent the key set and what is revoked. */
  sendsBeginning = true;
  readonly #revocations: Revocation[] = [];
  readonly #open = new Map<Stream, { number: bigint }>();
  #unanswered: (() => void)[] = [];

  /** @param keySet what GetKeySet would return */
  constructor(private readonly keySet: () => { keys: object[] }) {}

  /** Streams that are open. */
  get streams(): number {
    return this.#open.size;
  }

  /** Handles the RPC. */
  watch(stream: Stream): void {
    const authorization = String(stream.metadata.get('authorization')[0]);
    stream.on('data', ({ message }: WatchRequest) => {
      if (message?.$case === 'begin') this.#begin(stream, { ...message.value, authorization });
      else if (message?.$case === 'ping') this.#answer(stream, message.value.id);
      else if (message?.$case === 'acknowledge') this.acknowledged.push(message.value.number);
    });
    stream.on('cancelled', () => this.#open.delete(stream));
    stream.on('end', () => stream.end());
  }

  /** Revokes, on all streams and those to come. */
  revoke(...revocations: Revocation[]): void {
    this.position++;
    this.#revocations.push(...revocations);
    this.send({ revocations });
  }

  /** Sends a batch as it is given. */
  send(batch: Partial<WatchResponse_Batch>): void {
    for (const stream of this.#open.keys()) this.#batch(stream, batch);
  }

  /** Sends the key set as it is now, or another one. */
  sendKeys(keys?: readonly object[]): void {
    for (const stream of this.#open.keys()) this.#keys(stream, keys);
  }

  /** Echoes a ping that may never have been sent. */
  pong(id: bigint): void {
    for (const stream of this.#open.keys()) this.#pong(stream, id);
  }

  /** Echoes the pings that were held back. */
  answerPings(): void {
    this.answersPings = true;
    const held = this.#unanswered;
    this.#unanswered = [];
    for (const answer of held) answer();
  }

  /** Ends all streams. */
  cut(code = status.UNAVAILABLE): void {
    for (const stream of this.#open.keys()) {
      this.#open.delete(stream);
      stream.emit('error', { code, details: 'cut', metadata: new Metadata() });
    }
  }

  #begin(stream: Stream, begin: SpecBegin): void {
    this.begins.push(begin);
    this.#open.set(stream, { number: 0n });
    if (!this.sendsBeginning) return;
    this.#keys(stream);
    this.#batch(stream, { revocations: this.#revocations });
  }

  #answer(stream: Stream, id: bigint): void {
    if (this.answersPings) this.#pong(stream, id);
    else this.#unanswered.push(() => this.#pong(stream, id));
  }

  #pong(stream: Stream, id: bigint): void {
    stream.write({ message: { $case: 'pong', value: { id, readAgeMs: BigInt(this.readAgeMs) } } });
  }

  #batch(stream: Stream, batch: Partial<WatchResponse_Batch>): void {
    const { epoch, position } = this;
    const value = { number: this.#next(stream), epoch, position, revocations: [], more: false, ...batch };
    stream.write({ message: { $case: 'batch', value } });
  }

  #keys(stream: Stream, keys?: readonly object[]): void {
    const keySet = (keys ? { keys } : this.keySet()) as never;
    stream.write({ message: { $case: 'keys', value: { number: this.#next(stream), keySet } } });
  }

  #next(stream: Stream): bigint {
    return ++this.#open.get(stream)!.number;
  }
}

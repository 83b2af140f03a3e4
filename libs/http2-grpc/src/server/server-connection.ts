import type { Duplex } from 'node:stream';
import { Connection } from '../connection/connection.js';
import type { ConnectionLimits } from '../connection/endpoint.js';
import { RateBudget } from '../connection/rate-budget.js';
import { RecentStreams } from '../connection/recent-streams.js';
import { Setting } from '../connection/settings.js';
import { ConnectionError, ErrorCode, StreamError } from '../frames/error-code.js';
import { MAX_31_BITS } from '../frames/frame.js';
import { CallError } from '../grpc/call-error.js';
import { encodeMetadata, measureMetadata, NO_METADATA, type Metadata } from '../grpc/metadata.js';
import { encodeStatusMessage } from '../grpc/status-message.js';
import { Lifetime, type LifetimeLimits, type Mortal } from './lifetime.js';
import { Preface } from './preface.js';
import { ServerStream, type Ending } from './server-stream.js';

/** What a server admits. */
export interface ServerLimits extends ConnectionLimits, LifetimeLimits {
  /** Calls of one connection at once. */
  readonly maxConcurrentCalls: number;
  /** The largest message of a request, in octets. */
  readonly maxMessage: number;
}

/** Who takes the calls, once their headers are there. Each is listened to at once, or ended. */
export interface CallTakers {
  serve(call: ServerStream): void;
  /** Ends a call whose headers are larger than was admitted; it has those of them that were. */
  tooLarge(call: ServerStream): void;
}

/**
 * How many calls may be taken back before they are answered: at once, and in a second. Whoever opens calls and takes them
 * back has a server work for nothing (CVE-2023-44487), be it by faults for which the server resets them (CVE-2025-8671).
 */
const TAKEN_BACK_BURST = 1_000;
const TAKEN_BACK_PER_SECOND = 200;

/** How long the last answer may take to leave for a caller that is slow to read it, in milliseconds. */
const LAST_ANSWER_MS = 5_000;

const DRAIN_PAYLOAD = Buffer.from('draining', 'latin1');

/** Characters of what a call failed for that its caller is told. */
const MAX_DETAILS = 2_048;

/** What the fields of every answer take, and count as a list; room enough. */
const HEAD_ROOM = 256;

/** The server's end of a connection: a call for each stream that is opened. */
export class ServerConnection extends Connection<ServerStream> implements Mortal {
  readonly #preface = new Preface();
  readonly #takenBack = new RateBudget(TAKEN_BACK_BURST, TAKEN_BACK_PER_SECOND);
  readonly #ended = new RecentStreams();
  readonly #lifetime: Lifetime;
  #state: 'open' | 'announced' | 'draining' = 'open';
  #notice: NodeJS.Timeout | undefined;

  /**
   * @param caller `address:port` of whoever calls
   */
  constructor(
    socket: Duplex,
    private readonly serverLimits: ServerLimits,
    readonly caller: string,
    readonly takers: CallTakers,
  ) {
    super(socket, serverLimits);
    this.#lifetime = new Lifetime(serverLimits, this);
    this.greet([Setting.MAX_CONCURRENT_STREAMS, serverLimits.maxConcurrentCalls]);
  }

  /** Answers a request that is none of gRPC. */
  refuse(stream: ServerStream, httpStatus: string): void {
    const { headers } = this;
    headers.begin(HEAD_ROOM);
    headers.encoder.indexed(':status', httpStatus);
    headers.end(stream.id, true);
    this.#leave(stream);
  }

  sendHead(stream: ServerStream, metadata: Metadata): void {
    const { headers } = this;
    const sent = this.#fitting(metadata);
    headers.begin(HEAD_ROOM + sent.room);
    this.#encodeHead();
    encodeMetadata(sent.metadata, headers.encoder);
    headers.end(stream.id, false);
  }

  sendMessage(stream: ServerStream, message: Uint8Array): void {
    this.sender.send(stream, message, false);
  }

  /** Forgets the messages of a call that have not left. */
  discard(stream: ServerStream): void {
    this.sender.discard(stream);
  }

  /** Ends a call. @param hasReplied whether its head was sent */
  finish(stream: ServerStream, { code, details, metadata }: Ending, hasReplied: boolean): void {
    const { headers } = this;
    const sent = this.#fitting(metadata);
    const message = encodeStatusMessage(details.slice(0, MAX_DETAILS));
    headers.begin(HEAD_ROOM + message.length + sent.room);
    if (!hasReplied) this.#encodeHead();
    headers.encoder.indexed('grpc-status', String(code));
    if (message !== '') headers.encoder.literal('grpc-message', message);
    encodeMetadata(sent.metadata, headers.encoder);
    headers.end(stream.id, true);
    this.#leave(stream);
  }

  /** Takes no new calls, and closes once those under way have ended (RFC 9113, section 6.8). */
  drain(): void {
    if (this.#state !== 'open' || this.isOver) return;
    this.#state = 'announced';
    this.out.goaway(MAX_31_BITS, ErrorCode.NO_ERROR);
    // The calls that were on their way when the caller read that are here before its answer.
    this.out.ping(0, DRAIN_PAYLOAD, 0);
    this.#notice = setTimeout(() => this.#takeNoMore(), this.serverLimits.noticeMs).unref();
  }

  end(reason: string): void {
    this.lose(reason);
  }

  override onPingAck(bytes: Buffer, start: number): void {
    super.onPingAck(bytes, start);
    const isOurs = DRAIN_PAYLOAD.equals(bytes.subarray(start, start + DRAIN_PAYLOAD.length));
    if (isOurs && this.#state === 'announced') this.#takeNoMore();
  }

  override onReset(streamId: number, code: number): void {
    this.#countTakenBack(streamId);
    super.onReset(streamId, code);
  }

  override onStreamFault(streamId: number, fault: StreamError): void {
    this.#countTakenBack(streamId);
    super.onStreamFault(streamId, fault);
  }

  /** Of pushes, which there are none of. */
  onGoaway(): void {}

  protected override read(chunk: Buffer): void {
    try {
      super.read(this.#preface.strip(chunk));
    } catch (error) {
      this.fail(error as ConnectionError);
    }
  }

  protected override settled(windowGrowth: number): void {
    super.settled(windowGrowth);
    this.#lifetime.begun();
  }

  protected opened(streamId: number): ServerStream | StreamError | undefined {
    if (streamId % 2 === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'a stream of the server');
    if (streamId <= this.lastPeerStreamId) return this.#refuseReuse(streamId);
    if (this.#state === 'draining') return new StreamError(ErrorCode.REFUSED_STREAM, 'the connection ends');
    this.lastPeerStreamId = streamId;
    if (this.streams.size >= this.serverLimits.maxConcurrentCalls)
      return new StreamError(ErrorCode.REFUSED_STREAM, 'more calls at once than are admitted');
    const stream = new ServerStream(streamId, this, this.serverLimits.maxMessage);
    this.add(stream);
    this.#lifetime.busy();
    return stream;
  }

  /** Behind the end of a connection none is: its caller may not know of that yet (RFC 9113, section 6.8). */
  protected isIdle(streamId: number): boolean {
    const isNew = streamId > this.lastPeerStreamId && this.#state !== 'draining';
    return isNew || streamId % 2 === 0;
  }

  protected streamOver({ id }: ServerStream): void {
    this.#ended.add(id);
    this.#endIfUnused();
  }

  #endIfUnused(): void {
    if (this.streams.size > 0 || this.isOver) return;
    if (this.#state === 'draining') this.lose('its last call has ended', LAST_ANSWER_MS);
    else this.#lifetime.idle();
  }

  protected override over(code: ErrorCode, message: string): void {
    this.#lifetime.close();
    clearTimeout(this.#notice);
    super.over(code, message);
  }

  #takeNoMore(): void {
    if (this.#state === 'draining' || this.isOver) return;
    this.#state = 'draining';
    this.out.goaway(this.lastPeerStreamId, ErrorCode.NO_ERROR);
    this.#endIfUnused();
  }

  /** Headers of a stream that is not open and cannot be opened (RFC 9113, sections 5.1 and 5.1.1). */
  #refuseReuse(streamId: number): undefined {
    if (this.resets.has(streamId)) return;
    const isEnded = this.#ended.has(streamId);
    const code = isEnded ? ErrorCode.STREAM_CLOSED : ErrorCode.PROTOCOL_ERROR;
    throw new ConnectionError(code, 'headers of a stream that was passed');
  }

  /** A call that was answered has ended on this end; what else its caller would send is of no use. */
  #leave(stream: ServerStream): void {
    stream.isLocalEnded = true;
    if (stream.isRemoteEnded) this.forget(stream);
    else this.reset(stream, ErrorCode.NO_ERROR);
  }

  #countTakenBack(streamId: number): void {
    if (this.streams.get(streamId) !== undefined && !this.#takenBack.spend(1, performance.now()))
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too many calls are taken back');
  }

  #encodeHead(): void {
    const { encoder } = this.headers;
    encoder.indexed(':status', '200');
    encoder.indexed('content-type', 'application/grpc');
    // What a caller has to know who compressed its messages (gRPC's compression.md); an octet for all others.
    encoder.indexed('grpc-accept-encoding', 'identity');
  }

  /** What of metadata can be sent: all of it, or nothing where the caller does not take so much. */
  #fitting(metadata: Metadata): { metadata: Metadata; room: number } {
    const size = { list: HEAD_ROOM, room: 0 };
    try {
      measureMetadata(metadata, size);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return { metadata: NO_METADATA, room: 0 };
    }
    return size.list > this.peer.maxHeaderListSize
      ? { metadata: NO_METADATA, room: 0 }
      : { metadata, room: size.room };
  }
}

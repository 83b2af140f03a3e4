import type { Duplex } from 'node:stream';
import { ConnectionError, ErrorCode, StreamError } from '../frames/error-code.js';
import { Endpoint, type ConnectionLimits } from './endpoint.js';
import { HeaderReader } from './header-reader.js';
import { HeaderWriter } from './header-writer.js';
import { MessageSender } from './message-sender.js';
import { ReceiveWindow } from './receive-window.js';
import { RecentStreams } from './recent-streams.js';
import { StreamTable } from './stream-table.js';
import type { Stream } from './stream.js';

/**
 * One end of a connection with its streams, by their IDs (RFC 9113, section 5). Who opens them, and what for, is its
 * subclass's matter.
 */
export abstract class Connection<S extends Stream> extends Endpoint {
  protected readonly headers = new HeaderWriter(this.out);
  protected readonly sender = new MessageSender(this.out);
  protected readonly streams = new StreamTable<S>();
  readonly #headers: HeaderReader;
  readonly #window: ReceiveWindow;
  /** Frames on a stream cross its reset on their way: that they are there is no fault. */
  protected readonly resets = new RecentStreams();

  constructor(socket: Duplex, limits: ConnectionLimits) {
    super(socket, limits);
    this.#headers = new HeaderReader(limits.maxHeaderListSize);
    this.#window = new ReceiveWindow(limits.connectionWindow);
  }

  get hasCalls(): boolean {
    return this.streams.size > 0;
  }

  protected get framesSent(): number {
    return this.sender.frames;
  }

  /**
   * The stream of headers that belong to no open one; why it is not opened; undefined when it is over.
   *
   * @throws ConnectionError when there must not be such a stream
   */
  protected abstract opened(streamId: number): S | StreamError | undefined;
  /** Whether there has been no stream with the ID yet. */
  protected abstract isIdle(streamId: number): boolean;
  /** A stream is over, well or not. */
  protected abstract streamOver(stream: S): void;

  /** Takes up a stream. */
  protected add(stream: S): void {
    stream.sendWindow = this.peer.initialWindowSize;
    stream.receiveWindow = this.limits.streamWindow;
    this.streams.add(stream);
  }

  /** Octets of a stream's DATA are held no longer: as many more may come. */
  release(stream: S, octets: number): void {
    stream.released += octets;
    if (stream.isRemoteEnded || stream.isClosed || 2 * stream.released < this.limits.streamWindow) return;
    this.out.windowUpdate(stream.id, stream.released);
    stream.receiveWindow += stream.released;
    stream.released = 0;
  }

  /** Ends a stream before its end. It is not told. */
  reset(stream: S, code: ErrorCode): void {
    if (stream.isClosed) return;
    this.out.rstStream(stream.id, code);
    this.resets.add(stream.id);
    this.forget(stream);
  }

  /** A stream is over. */
  protected forget(stream: S): void {
    if (stream.isClosed) return;
    stream.isClosed = true;
    this.streams.delete(stream.id);
    this.sender.discard(stream);
    this.floods.streamEnded();
    this.streamOver(stream);
  }

  protected sendMore(): void {
    this.sender.pump();
  }

  protected settled(windowGrowth: number): void {
    this.headers.encoder.maxTableSize = this.peer.headerTableSize;
    // RFC 9113, section 6.9.2.
    if (windowGrowth !== 0)
      for (const stream of this.streams.all())
        if (!this.sender.widenStream(stream, windowGrowth)) throw windowTooLarge();
    this.sender.pump();
  }

  protected over(code: ErrorCode, message: string): void {
    for (const stream of this.streams.all()) {
      this.forget(stream);
      stream.lost({ by: 'connection', code, message, isUnprocessed: false });
    }
  }

  onData(streamId: number, bytes: Buffer, start: number, end: number, octets: number, isEnd: boolean): void {
    if (!this.#window.receive(octets))
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'more than the connection takes');
    const increment = this.#window.release(octets);
    if (increment > 0) this.out.windowUpdate(0, increment);
    const stream = this.streams.get(streamId);
    if (stream === undefined) return this.#late(streamId);
    if (stream.isRemoteEnded) throw new StreamError(ErrorCode.STREAM_CLOSED, 'DATA behind the end');
    stream.receiveWindow -= octets;
    if (stream.receiveWindow < 0)
      throw new StreamError(ErrorCode.FLOW_CONTROL_ERROR, 'more than the stream takes');
    stream.isRemoteEnded = isEnd;
    const held = stream.data(bytes, start, end);
    if (isEnd) stream.remoteEnd();
    else this.release(stream, octets - held);
  }

  onHeaders(streamId: number, bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    const found = this.streams.get(streamId) ?? this.opened(streamId);
    const stream = found instanceof StreamError ? undefined : found;
    const verdict = this.#headers.read(bytes, start, end, stream);
    if (found instanceof StreamError) return this.#refuse(streamId, found);
    if (stream === undefined) {
      this.floods.useless();
      return this.#late(streamId);
    }
    if (stream.isRemoteEnded) throw new StreamError(ErrorCode.STREAM_CLOSED, 'HEADERS behind the end');
    if (verdict === 'malformed') throw new StreamError(ErrorCode.PROTOCOL_ERROR, 'malformed headers');
    stream.isRemoteEnded = isEnd;
    stream.headersEnd(isEnd, verdict === 'too large');
  }

  onReset(streamId: number, code: number): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      this.floods.useless();
      return this.#refuseIdle(streamId);
    }
    this.forget(stream);
    const isUnprocessed = code === ErrorCode.REFUSED_STREAM;
    stream.lost({ by: 'peer', code, message: 'the other end has reset the stream', isUnprocessed });
  }

  onStreamFault(streamId: number, { code, message }: StreamError): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      this.floods.useless();
      this.out.rstStream(streamId, code);
      return;
    }
    this.reset(stream, code);
    stream.lost({ by: 'us', code, message, isUnprocessed: false });
  }

  onWindowUpdate(streamId: number, increment: number): void {
    this.floods.windowUpdate(this.framesSent);
    if (streamId === 0) {
      if (!this.sender.widenConnection(increment)) throw windowTooLarge();
    } else {
      const stream = this.streams.get(streamId);
      if (stream === undefined) return this.#refuseIdle(streamId);
      if (!this.sender.widenStream(stream, increment))
        throw new StreamError(ErrorCode.FLOW_CONTROL_ERROR, 'a window that is too large');
    }
    this.sender.pump();
  }

  #refuse(streamId: number, { code }: StreamError): void {
    this.floods.useless();
    this.resets.add(streamId);
    this.out.rstStream(streamId, code);
  }

  /** DATA or HEADERS of a stream that is over: they crossed a reset on their way, or should not be. */
  #late(streamId: number): void {
    if (this.resets.has(streamId)) return;
    this.#refuseIdle(streamId);
    this.floods.useless();
    this.out.rstStream(streamId, ErrorCode.STREAM_CLOSED);
  }

  /** RFC 9113, section 5.1, on idle streams. */
  #refuseIdle(streamId: number): void {
    if (this.isIdle(streamId))
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'a frame of a stream that nobody has opened');
  }
}

function windowTooLarge(): ConnectionError {
  return new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'a window that is too large');
}

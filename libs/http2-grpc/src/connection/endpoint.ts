import type { Duplex } from 'node:stream';
import { ConnectionError, ErrorCode, type StreamError } from '../frames/error-code.js';
import { Flag } from '../frames/frame.js';
import { FrameReader } from '../frames/frame-reader.js';
import { Outgoing } from '../frames/outgoing.js';
import { FloodGuard } from './flood-guard.js';
import { FrameParser, type FrameEvents } from './frame-parser.js';
import { Keepalive, type KeepaliveOptions, type Watched } from './keepalive.js';
import { DEFAULT_WINDOW, PeerSettings, Setting } from './settings.js';

/** What an end of a connection admits. */
export interface ConnectionLimits {
  /** Octets of DATA that may be on their way or held, of the connection and of each stream; 65,535 or more. */
  readonly connectionWindow: number;
  readonly streamWindow: number;
  /** The size of a list of headers, as RFC 9113, section 6.5.2 counts it. */
  readonly maxHeaderListSize: number;
  readonly keepalive: KeepaliveOptions;
}

/** How much may wait for an end that does not read, in octets; what the windows bound is far less. */
const MAX_UNREAD = 4 * 1024 * 1024;

/**
 * How many times the admitted size a block of headers may take: what is in it is left out and its stream alone refused,
 * which costs the connection's other calls nothing (RFC 9113, section 10.5.1). A longer one ends the connection.
 */
const READ_TIMES = 4;

/** How long the last words of a connection may take, and how long the other end may then read them, in milliseconds. */
const LAST_WORDS_MS = 1_000;

const PING_PAYLOAD = Buffer.from('liveness', 'latin1');

/** One end of a connection of HTTP/2 without its streams: how it begins, is kept alive and ends (RFC 9113). */
export abstract class Endpoint implements FrameEvents, Watched {
  protected readonly peer = new PeerSettings();
  protected readonly out: Outgoing;
  protected readonly floods = new FloodGuard();
  /** The last stream that the other end has opened. */
  protected lastPeerStreamId = 0;
  readonly #reader: FrameReader;
  readonly #keepalive: Keepalive;
  #settingsUnderWay = 0;
  #isOver = false;

  constructor(
    protected readonly socket: Duplex,
    protected readonly limits: ConnectionLimits,
  ) {
    this.out = new Outgoing(socket, () => this.sendMore());
    // A list is hardly ever larger compressed.
    this.#reader = new FrameReader(new FrameParser(this, READ_TIMES * limits.maxHeaderListSize));
    this.#keepalive = new Keepalive(this, limits.keepalive);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (error: Error) => this.lose(error.message));
    for (const end of ['end', 'close']) socket.on(end, () => this.lose('the connection was closed'));
  }

  /** Whether it is closed, or about to be. */
  get isOver(): boolean {
    return this.#isOver;
  }

  abstract get hasCalls(): boolean;
  /** Frames of DATA that this end has sent. */
  protected abstract get framesSent(): number;
  /** The socket takes more. */
  protected abstract sendMore(): void;
  /** The other end's SETTINGS have come. @param windowGrowth by how much streams may send more, or less */
  protected abstract settled(windowGrowth: number): void;
  /** The connection is over, and so is all on it. */
  protected abstract over(code: ErrorCode, message: string): void;

  abstract onData(
    id: number,
    bytes: Buffer,
    start: number,
    end: number,
    octets: number,
    isEnd: boolean,
  ): void;
  abstract onHeaders(id: number, bytes: Buffer, start: number, end: number, isEnd: boolean): void;
  abstract onReset(streamId: number, code: number): void;
  abstract onWindowUpdate(streamId: number, increment: number): void;
  abstract onGoaway(lastStreamId: number, code: number, debug: string): void;
  abstract onStreamFault(streamId: number, fault: StreamError): void;

  /** Says what this end admits, and what else it sets. */
  protected greet(...settings: readonly [identifier: number, value: number][]): void {
    const { streamWindow, connectionWindow, maxHeaderListSize } = this.limits;
    const own = new Map(settings)
      .set(Setting.INITIAL_WINDOW_SIZE, streamWindow)
      .set(Setting.MAX_HEADER_LIST_SIZE, maxHeaderListSize);
    this.out.settings(own);
    this.#settingsUnderWay++;
    if (connectionWindow > DEFAULT_WINDOW) this.out.windowUpdate(0, connectionWindow - DEFAULT_WINDOW);
  }

  protected read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#keepalive.heard();
    try {
      this.#reader.read(chunk);
    } catch (error) {
      const isFault = error instanceof ConnectionError;
      this.fail(isFault ? error : new ConnectionError(ErrorCode.INTERNAL_ERROR, String(error)));
    }
    if (this.out.unsent > MAX_UNREAD)
      this.fail(new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'the other end does not read'));
  }

  /** Ends the connection for a fault of the other end (RFC 9113, section 5.4.1). */
  protected fail({ code, message }: ConnectionError): void {
    if (this.#isOver) return;
    this.out.goaway(this.lastPeerStreamId, code, message);
    this.socket.pause();
    this.#end(code, message, LAST_WORDS_MS);
  }

  /** The connection is gone, or needed no more. @param leaveMs how long what was sent last may take to leave */
  protected lose(reason: string, leaveMs = LAST_WORDS_MS): void {
    if (!this.#isOver) this.#end(ErrorCode.NO_ERROR, reason, leaveMs);
  }

  /** What still comes is read, and is nothing: a system that was left with it unread would not send the rest. */
  #end(code: ErrorCode, message: string, leaveMs: number): void {
    this.out.flush();
    this.#isOver = true;
    this.#keepalive.close();
    const destroyIn = (ms: number): void => void setTimeout(() => this.socket.destroy(), ms).unref();
    this.socket.end(() => destroyIn(LAST_WORDS_MS));
    destroyIn(leaveMs);
    this.over(code, message);
  }

  onSettings(bytes: Buffer, start: number, end: number): void {
    this.floods.useless();
    const before = this.peer.initialWindowSize;
    this.peer.update(bytes, start, end);
    this.out.settingsAck();
    this.settled(this.peer.initialWindowSize - before);
  }

  onSettingsAck(): void {
    if (this.#settingsUnderWay === 0)
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'an ACK of no SETTINGS');
    this.#settingsUnderWay--;
  }

  onPing(bytes: Buffer, start: number): void {
    this.floods.ping(this.framesSent);
    this.out.ping(Flag.ACK, bytes, start);
  }

  /** Whatever it answers, that it came is a sign of life. */
  onPingAck(_bytes: Buffer, _start: number): void {
    this.floods.useless();
  }

  onUseless(): void {
    this.floods.useless();
  }

  ask(): void {
    this.out.ping(0, PING_PAYLOAD, 0);
  }

  dead(): void {
    this.lose('the other end does not answer');
    this.socket.destroy();
  }
}

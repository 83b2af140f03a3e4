import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { paced, type Attack } from './attack.js';
import { HostileSockets } from './hostile-sockets.js';

const MIB = 1024 * 1024;
const SLOW_SOCKETS = 1_000;
const UNREAD_SOCKETS = 100;
const UNREAD_A_SECOND = 20;
const UNFINISHED_SOCKETS = 500;
const UNFINISHED_A_SECOND = 20;

/** A thousand connections that send a byte of their headers a second. */
export const slowloris: Attack = async ({ httpPort }, signal) => {
  using sockets = new HostileSockets(httpPort);
  let done = 0;
  while (!signal.aborted) {
    for (const socket of sockets.open) socket.write('a');
    const missing = SLOW_SOCKETS - sockets.count;
    for (let count = 0; count < missing; count++) {
      done++;
      sockets.connect((socket) => socket.resume().write('GET / HTTP/1.1\r\nhost: h\r\nx-slow: '));
    }
    await delay(1_000);
  }
  return { done, longestOpenMs: sockets.longestMs };
};

/** Connections that ask for all there is and read nothing of it. */
export const slowRead: Attack = async ({ httpPort }, signal) => {
  using sockets = new HostileSockets(httpPort);
  // The largest answer that anybody may have, so often that no buffer below the gateway takes all of it.
  const ask = 'GET /docs/swagger-ui.js HTTP/1.1\r\nhost: h\r\n\r\n'.repeat(5);
  let done = 0;
  while (!signal.aborted) {
    for (let count = Math.min(UNREAD_A_SECOND, UNREAD_SOCKETS - sockets.count); count > 0; count--) {
      done++;
      sockets.connect((socket) => socket.pause().write(ask));
    }
    await delay(1_000);
  }
  return { done };
};

/** Bodies that are larger than any route takes. */
export const bigBodies: Attack = async ({ httpPort }, signal) => {
  using sockets = new HostileSockets(httpPort);
  const head = `${login(64 * MIB)}\r\n`;
  const piece = Buffer.alloc(256 * 1024, 0x20);
  const done = await paced(20, signal, () => sockets.sendOnce(Buffer.concat([Buffer.from(head), piece])));
  return { done };
};

/** Connections that stop before the last byte of a body that is taken. */
export const unfinishedBodies: Attack = async ({ httpPort }, signal) => {
  using sockets = new HostileSockets(httpPort);
  const bytes = Buffer.from(`${login(MIB)}\r\n${' '.repeat(MIB - 1)}`);
  let done = 0;
  while (!signal.aborted) {
    for (let count = Math.min(UNFINISHED_A_SECOND, UNFINISHED_SOCKETS - sockets.count); count > 0; count--) {
      done++;
      sockets.connect((socket) => socket.resume().write(bytes));
    }
    await delay(1_000);
  }
  return { done };
};

/** Headers that are as large, and as many, as is taken, and more. */
export const headerFlood: Attack = async ({ httpPort }, signal) => {
  using sockets = new HostileSockets(httpPort);
  const many = Array.from({ length: 150 }, (_, index) => `x-${index}: ${'a'.repeat(64)}\r\n`).join('');
  const heads = [`x-long: ${'a'.repeat(15_000)}\r\n`, `x-long: ${'a'.repeat(200_000)}\r\n`, many];
  let turn = 0;
  const done = await paced(100, signal, () => {
    sockets.sendOnce(
      `GET /nothing HTTP/1.1\r\nhost: h\r\n${heads[turn++ % heads.length]}connection: close\r\n\r\n`,
    );
  });
  return { done };
};

/** Bodies of a few kilobytes that say they are to be expanded to as many megabytes. */
export const gzipBodies: Attack = async ({ httpPort }, signal) => {
  using sockets = new HostileSockets(httpPort);
  const bomb = gzipSync(Buffer.alloc(16 * MIB));
  const request = Buffer.concat([Buffer.from(`${login(bomb.length)}content-encoding: gzip\r\n\r\n`), bomb]);
  const done = await paced(50, signal, () => sockets.sendOnce(request));
  return { done };
};

/** JSON that is a hundred thousand levels deep. */
export const deepJson: Attack = async ({ httpPort }, signal) => {
  using sockets = new HostileSockets(httpPort);
  const body = '{"email":' + '['.repeat(100_000);
  const done = await paced(50, signal, () => sockets.sendOnce(`${login(body.length)}\r\n${body}`));
  return { done };
};

/** A hundred lists a second, each on a connection of its own. */
function lists(sent: (socket: Socket) => void): Attack {
  return async ({ httpPort, accessToken }, signal) => {
    using sockets = new HostileSockets(httpPort);
    const request =
      'GET /v1/resources HTTP/1.1\r\nhost: h\r\nconnection: close\r\n' +
      `authorization: Bearer ${accessToken}\r\n\r\n`;
    const done = await paced(100, signal, () => {
      sockets.connect((socket) => socket.resume().write(request, () => sent(socket)));
    });
    return { done };
  };
}

/** Callers who are gone before they are answered. */
export const abortedRequests = lists((socket) => setTimeout(() => socket.destroy(), 1));

/** The same callers when they stay. */
export const patientRequests = lists(() => undefined);

/** The head of a sign-in, which anybody may try, but for the empty line. */
function login(bytes: number): string {
  return `POST /v1/auth/login HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n`;
}

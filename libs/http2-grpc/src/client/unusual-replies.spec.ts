import { afterEach, describe, expect, it } from '@jest/globals';
import { Setting } from '../connection/settings.js';
import { Flag, FrameType } from '../frames/frame.js';
import { OK, RawServer, REPLY } from '../spec/raw-server.js';
import { block, data, frame, headers, message, settings, uint32, windowUpdate } from '../spec/wire.js';
import type { Channel } from './channel.js';
import { open, unary } from './spec/calls.js';
import { hostileToTheFirst } from './spec/hostile-first-call.js';

let server: RawServer;
let channel: Channel;
afterEach(() => {
  channel.close();
  server.close();
});

const { CONTINUATION, DATA, HEADERS, PING, PRIORITY, RST_STREAM } = FrameType;
const begun = headers(1, REPLY);
const said = data(1, message('well'));
const ended = headers(1, OK, Flag.END_STREAM);
const reply = block(REPLY);

const padded = (bytes: Buffer) => Buffer.concat([Buffer.from([3]), bytes, Buffer.alloc(3)]);

const RIGHT: readonly (readonly [what: string, ...frames: Buffer[]])[] = [
  [
    'padding',
    frame(HEADERS, Flag.PADDED | Flag.END_HEADERS, 1, padded(reply)),
    frame(DATA, Flag.PADDED, 1, padded(message('well'))),
    ended,
  ],
  [
    'a priority',
    frame(HEADERS, Flag.PRIORITY | Flag.END_HEADERS, 1, Buffer.concat([Buffer.alloc(5), reply])),
    frame(PRIORITY, 0, 1, Buffer.alloc(5)),
    said,
    ended,
  ],
  ['interim headers', headers(1, [[':status', '103']]), headers(1, [[':status', '100']]), begun, said, ended],
  [
    'headers in many frames',
    frame(HEADERS, 0, 1, reply.subarray(0, 3)),
    frame(CONTINUATION, 0, 1),
    frame(CONTINUATION, 0, 1, reply.subarray(3, 9)),
    frame(CONTINUATION, Flag.END_HEADERS, 1, reply.subarray(9)),
    said,
    ended,
  ],
  [
    'a message octet by octet',
    begun,
    ...[...message('well')].map((octet) => data(1, Buffer.from([octet]))),
    ended,
  ],
  ['empty DATA', begun, data(1, Buffer.alloc(0)), said, frame(DATA, Flag.PADDED, 1, Buffer.alloc(1)), ended],
  ['frames of unknown types', frame(0xbe, 255, 1, Buffer.alloc(100)), frame(0xbe, 0, 0), begun, said, ended],
  ['unknown settings', settings([0xfe, 1], [Setting.HEADER_TABLE_SIZE, 0]), begun, said, ended],
  ['unknown flags', frame(HEADERS, 0xd6 | Flag.END_HEADERS, 1, reply), data(1, message('well'), 0xf6), ended],
  ['an answer to no PING', frame(PING, Flag.ACK, 0, Buffer.alloc(8)), begun, said, ended],
  [
    'frames of a stream that is over',
    begun,
    said,
    ended,
    windowUpdate(1, 5),
    frame(PRIORITY, 0, 1, Buffer.alloc(5)),
    frame(RST_STREAM, 0, 1, uint32(0)),
  ],
  ['an end that has no DATA', begun, said, frame(HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, block(OK))],
];

describe('a reply that is unusual and right', () => {
  it.each(RIGHT)('with %s is a reply', async (_what, ...frames) => {
    server = await hostileToTheFirst(...frames);
    channel = open(server.target);
    expect(await unary(channel)).toEqual({ code: 'OK', details: '', message: 'well' });
    expect(await unary(channel)).toEqual({ code: 'OK', details: '', message: 'well' });
    expect(server.connections).toHaveLength(1);
  });
});

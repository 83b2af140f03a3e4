import { describe, expect, it } from '@jest/globals';
import { Random } from '../spec/random.js';
import { frame } from '../spec/wire.js';
import { ConnectionError, ErrorCode } from './error-code.js';
import { FRAME_HEADER, MAX_FRAME_SIZE } from './frame.js';
import { FrameReader } from './frame-reader.js';

/** Reads chunks; what came of them as text. */
function read(chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const reader = new FrameReader({
    frame: (type, flags, streamId, bytes, start, end) =>
      void seen.push(`${type} ${flags} ${streamId} ${bytes.toString('hex', start, end)}`),
  });
  for (const chunk of chunks) reader.read(chunk);
  return seen;
}

describe('frames', () => {
  it('are the same however they are cut', () => {
    const random = new Random(5);
    for (let round = 0; round < 200; round++) {
      const frames = Array.from({ length: 1 + random.below(8) }, () =>
        frame(
          random.below(12),
          random.below(256),
          random.below(1_000),
          random.bytes(random.pick([0, 1, 8, 50, 900])),
        ),
      );
      const all = Buffer.concat(frames);
      const chunks: Buffer[] = [];
      for (let at = 0; at < all.length;) {
        const length = 1 + random.below(random.pick([1, 3, 12, 400, 4_000]));
        chunks.push(all.subarray(at, at + length));
        at += length;
      }
      expect(read(chunks)).toEqual(read([all]));
      expect(read([all])).toHaveLength(frames.length);
    }
  });

  it('are read octet by octet, the largest too', () => {
    const largest = frame(0, 0, 1, new Random(1).bytes(MAX_FRAME_SIZE));
    const octets = Array.from({ length: largest.length }, (_, at) => largest.subarray(at, at + 1));
    expect(read(octets)).toEqual(read([largest]));
  });

  it('have no reserved bit in their stream', () => {
    expect(read([frame(3, 0, 0x8000_0005)])).toEqual(['3 0 5 ']);
  });

  it.each([
    ['at once', [frame(0, 0, 1, Buffer.alloc(MAX_FRAME_SIZE + 1))]],
    ['by its header alone', [frame(0, 0, 1, Buffer.alloc(MAX_FRAME_SIZE + 1)).subarray(0, FRAME_HEADER)]],
    [
      'by a header in two parts',
      [Buffer.from([0xff]), frame(0, 0, 1, Buffer.alloc(MAX_FRAME_SIZE + 1)).subarray(1, FRAME_HEADER)],
    ],
  ])('that are too large are refused %s', (_how, chunks) => {
    let fault: unknown;
    try {
      read(chunks);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault).toMatchObject({ code: ErrorCode.FRAME_SIZE_ERROR });
  });
});

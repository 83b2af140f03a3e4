import { describe, expect, it } from '@jest/globals';
import { Random } from '../spec/random.js';
import { message } from '../spec/wire.js';
import { CallError } from './call-error.js';
import { MessageReader } from './message-reader.js';
import { Status } from './status.js';

function read(chunks: readonly Buffer[], maxLength = 1_000_000): { messages: Buffer[]; isWithin: boolean } {
  const messages: Buffer[] = [];
  const reader = new MessageReader(maxLength);
  for (const chunk of chunks) {
    // Whoever reads does not own the memory.
    const bytes = Buffer.concat([Buffer.from('--'), chunk, Buffer.from('--')]);
    reader.read(bytes, 2, bytes.length - 2, { message: (one) => void messages.push(one) });
    bytes.fill(0xff);
  }
  return { messages, isWithin: reader.isWithin };
}

describe('messages', () => {
  it('are the same however they are cut', () => {
    const random = new Random(9);
    for (let round = 0; round < 300; round++) {
      const sizes = random.list(6, () => random.pick([0, 0, 1, 4, 5, 100, 20_000, 70_000]));
      const sent = sizes.map((size) => random.bytes(size % 300 === 0 ? size : Math.min(size, 300)));
      const all = Buffer.concat(sent.map((body) => message(body)));
      const chunks: Buffer[] = [];
      for (let at = 0; at < all.length;) {
        const length = 1 + random.below(random.pick([1, 4, 7, 300, 20_000]));
        chunks.push(all.subarray(at, at + length));
        at += length;
      }
      const { messages, isWithin } = read(chunks);
      expect(messages).toEqual(sent);
      expect(isWithin).toBe(false);
    }
  });

  it('that are large come in parts', () => {
    const body = new Random(2).bytes(300_000);
    const all = message(body);
    const chunks = Array.from({ length: 19 }, (_, part) => all.subarray(part * 16_384, (part + 1) * 16_384));
    expect(read(chunks).messages[0]?.equals(body)).toBe(true);
  });

  it('of which some is missing have begun', () => {
    for (let length = 1; length < 10; length++)
      expect(read([message('hello').subarray(0, length)])).toEqual({ messages: [], isWithin: true });
  });

  const refusal = (bytes: Buffer) => {
    try {
      read([bytes], 10);
    } catch (error) {
      return error instanceof CallError ? error.code : error;
    }
    return undefined;
  };

  it('are refused when they are too large, by their length alone', () => {
    expect(refusal(message('0123456789'))).toBeUndefined();
    expect(refusal(message('0123456789a').subarray(0, 5))).toBe(Status.RESOURCE_EXHAUSTED);
  });

  it('are refused when they are compressed, or none', () => {
    expect(refusal(message('a', 1))).toBe(Status.INTERNAL);
    expect(refusal(Buffer.from('<html>'))).toBe(Status.INTERNAL);
  });
});

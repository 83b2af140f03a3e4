import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSigningKey, frozenClock, type FrozenClock } from '@gatehouse/testing';
import type { Revocation } from '@gatehouse/tokens';
import { writeMessages } from './known-messages.js';
import { LastKnownFile, MAX_AGE_MS } from './last-known-file.js';
import { LastKnownRefused } from './last-known-refused.js';
import type { LastKnown } from './last-known.js';
import { Seal, type SealedFor } from './seal.js';

const FOR: SealedFor = { service: 'users', issuer: 'https://issuer.test', secret: 'a secret of a spec' };
const keySet = { keys: [createSigningKey().jwk] };

let folder: string;
let path: string;
let clock: FrozenClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-last-known-'));
  path = join(folder, 'last-known');
  clock = frozenClock();
});
afterEach(() => rm(folder, { recursive: true }));

const fileOf = (changes: Partial<SealedFor> = {}) =>
  new LastKnownFile({ path, ...FOR, ...changes }, clock.now);

const revocation = (): Revocation => ({
  kind: 'token',
  key: randomUUID(),
  notBefore: 2 ** 32 - 1,
  expiresAt: 1_900_000_000,
});

const known = (changes: Partial<LastKnown> = {}): LastKnown => ({
  freshAt: clock.now(),
  epoch: 'epoch-1',
  position: 7n,
  keySet,
  revocations: [],
  ...changes,
});

/** Why it is not used; undefined when it is, or there is none. */
function refusalOf(file = fileOf()): string | undefined {
  try {
    file.read();
    return undefined;
  } catch (error) {
    if (error instanceof LastKnownRefused) return error.reason;
    throw error;
  }
}

/** A file that is sealed as it should be and holds something else. */
async function writeSealed(parts: Iterable<Uint8Array>): Promise<void> {
  await writeFile(path, Buffer.concat(await new Seal(FOR).seal(clock.now(), parts)));
}

describe('the file of what was last known', () => {
  it('is read as it was written, however much it is', async () => {
    const revocations = [[revocation()], Array.from({ length: 4_500 }, revocation)];
    await fileOf().write(known({ revocations }));
    const read = fileOf().read()!;
    expect({ ...read, revocations: [...read.revocations].flat() }).toEqual({
      ...known(),
      revocations: revocations.flat(),
    });
  });

  it('is not there at first', () => {
    expect(fileOf().read()).toBeUndefined();
  });

  it('is for its owner alone, says nothing to others, and leaves nothing beside it', async () => {
    const secret = revocation();
    await fileOf().write(known({ revocations: [[secret]] }));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const content = (await readFile(path)).toString('latin1');
    for (const word of [secret.key, keySet.keys[0]!.kid, 'epoch-1', FOR.service, FOR.issuer])
      expect(content).not.toContain(word);
    expect(await readdir(folder)).toEqual(['last-known']);
  });

  it.each([
    ['service', 'resources'],
    ['issuer', 'https://other.test'],
    ['secret', 'another secret of a spec'],
  ] as const)('opens for no other %s', async (member, value) => {
    await fileOf().write(known());
    expect(refusalOf(fileOf({ [member]: value }))).toBe('NOT_OPENED');
    expect(refusalOf()).toBeUndefined();
  });

  it('is refused with any bit changed', async () => {
    await fileOf().write(known({ revocations: [[revocation()]] }));
    const genuine = await readFile(path);
    for (let at = 0; at < genuine.length; at++) {
      const changed = Buffer.from(genuine);
      changed[at]! ^= 1;
      await writeFile(path, changed);
      const expected = at < 4 ? 'NOT_SEALED' : at === 4 ? 'UNKNOWN_VERSION' : 'NOT_OPENED';
      expect([at, refusalOf()]).toEqual([at, expected]);
    }
  });

  it.each([0, 12, 13, 40, 100])('is refused when it was cut to %i bytes', async (bytes) => {
    await fileOf().write(known());
    await truncate(path, bytes);
    expect(refusalOf()).toBe(bytes < 41 ? 'NOT_SEALED' : 'NOT_OPENED');
  });

  it('is refused once nothing is valid any more that was issued while it was fresh', async () => {
    await fileOf().write(known());
    clock.advance(MAX_AGE_MS);
    expect(refusalOf()).toBeUndefined();
    clock.advance(1);
    expect(refusalOf()).toBe('TOO_OLD');
  });

  it('is refused when it is of a time to come', async () => {
    await fileOf().write(known({ freshAt: clock.now() + 5_000 }));
    expect(refusalOf()).toBeUndefined();
    clock.advance(-1);
    expect(refusalOf()).toBe('FROM_THE_FUTURE');
  });

  const messages = () => [...writeMessages(known({ revocations: [[revocation()]] }))];
  it.each<[string, () => Uint8Array[]]>([
    ['nothing', () => []],
    ['no key set', () => messages().slice(1)],
    ['no position', () => messages().slice(0, -1)],
    ['half a message', () => [Buffer.concat(messages()).subarray(0, -3)]],
    ['no messages', () => [Buffer.from('something else')]],
  ])('is refused when %s was sealed', async (_what, parts) => {
    await writeSealed(parts());
    expect(refusalOf()).toBe('MALFORMED');
  });

  it('is refused when it is a folder, or too big', async () => {
    expect(refusalOf(new LastKnownFile({ ...FOR, path: folder }))).toBe('UNREADABLE');
    await writeFile(path, '');
    await truncate(path, 128 * 1_024 * 1_024 + 1);
    expect(refusalOf()).toBe('TOO_BIG');
  });

  it('stays the newest that any replica has written', async () => {
    await fileOf().write(known({ position: 9n }));
    await fileOf().write(known({ position: 8n, freshAt: clock.now() - 2_001 }));
    expect(fileOf().read()?.position).toBe(9n);
    await fileOf().write(known({ position: 10n, freshAt: clock.now() - 2_000 }));
    expect(fileOf().read()?.position).toBe(10n);
  });

  it('is replaced when it is of a time to come, or nothing at all', async () => {
    await fileOf().write(known({ freshAt: clock.now() + 60_000 }));
    await fileOf().write(known({ position: 11n }));
    expect(fileOf().read()?.position).toBe(11n);
    await writeFile(path, 'garbage');
    await fileOf().write(known({ position: 12n }));
    expect(fileOf().read()?.position).toBe(12n);
  });

  it('stays when a write fails', async () => {
    await fileOf().write(known({ position: 9n }));
    const failing = {
      ...known(),
      get revocations(): never {
        throw new Error('no more');
      },
    };
    await expect(fileOf().write(failing)).rejects.toThrow('no more');
    expect(fileOf().read()?.position).toBe(9n);
    expect(await readdir(folder)).toEqual(['last-known']);
  });

  it('is written anew beside what a killed replica has left, which goes', async () => {
    const left = `${path}.${randomUUID()}.tmp`;
    const underWay = `${path}.${randomUUID()}.tmp`;
    await writeFile(left, 'half');
    await writeFile(underWay, 'half');
    const longAgo = new Date(Date.now() - 61_000);
    await utimes(left, longAgo, longAgo);
    await chmod(left, 0o400);
    await fileOf().write(known());
    expect((await readdir(folder)).map((name) => join(folder, name)).sort()).toEqual([path, underWay].sort());
  });
});

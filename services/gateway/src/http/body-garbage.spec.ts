import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jsonBody, startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const KIB = 1024;

describe('what bodies leave', () => {
  const collections: unknown[] = [];
  const collected = globalThis.gc;
  let gateway: SpecGateway;
  beforeAll(async () => {
    gateway = await startSpecGateway();
    globalThis.gc = ((options: unknown) => void collections.push(options)) as NodeJS.GCFunction;
  });
  afterAll(async () => {
    globalThis.gc = collected;
    await gateway.stop();
  });
  const post = (bytes: number) =>
    gateway.send('/v1/auth/login', {
      method: 'POST',
      ...jsonBody({ email: 'a@b.c', password: 'p'.repeat(bytes) }),
    });

  it('is collected every 2 MiB, the young generation alone', async () => {
    for (let sent = 0; sent < 4 * KIB * KIB; sent += 512 * KIB) await post(512 * KIB);
    expect(collections).toEqual([{ type: 'minor' }, { type: 'minor' }]);
  });

  it('is left alone where it is little', async () => {
    collections.length = 0;
    for (let sent = 0; sent < 20; sent++) await post(100);
    expect(collections).toEqual([]);
  });
});

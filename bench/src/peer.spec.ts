import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endPeers, spawnPeer } from './peer.js';

const ANSWER = JSON.stringify(new URL('./answer.js', import.meta.url));

describe('a peer', () => {
  let folder: string;
  let script: URL;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peer-'));
    const file = join(folder, 'peer.mjs');
    await writeFile(
      file,
      `import { answer } from ${ANSWER};
       answer({
         double: (n) => 2 * n,
         fail: () => { throw new Error('no such port'); },
         leave: () => process.exit(0),
       });`,
    );
    script = pathToFileURL(file);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('answers from a process of its own', async () => {
    const peer = spawnPeer(script);
    expect(await peer.ask('double', 21)).toBe(42);
    await peer.stop();
  });

  it('passes on why it cannot answer, and goes on', async () => {
    const peer = spawnPeer(script);
    await expect(peer.ask('fail')).rejects.toThrow('no such port');
    expect(await peer.ask('double', 1)).toBe(2);
    await peer.stop();
  });

  it('leaves nobody waiting when it ends', async () => {
    const peer = spawnPeer(script);
    await expect(peer.ask('leave')).rejects.toThrow(Error);
    await expect(peer.ask('double', 1)).rejects.toThrow(Error);
    await peer.stop();
  });

  it('ends with all others when a bench is broken off', async () => {
    const peers = [spawnPeer(script), spawnPeer(script)];
    endPeers();
    for (const peer of peers) await expect(peer.ask('double', 1)).rejects.toThrow(Error);
    await Promise.all(peers.map((peer) => peer.stop()));
  });
});

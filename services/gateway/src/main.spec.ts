import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createSigningKey, eventually, freePort } from '@gatehouse/testing';
import { SpecBackend } from './spec/spec-backend.js';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
let backend: SpecBackend;
let address: string;

beforeAll(async () => {
  const started = await SpecBackend.start([createSigningKey().jwk]);
  backend = started.backend;
  address = `127.0.0.1:${started.port}`;
});
afterAll(() => backend.kill());

/** Starts the process; what it logs and how it ends. */
function run(environment: Record<string, string>): {
  child: ChildProcess;
  lines: () => string[];
  ended: Promise<number | null>;
} {
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, lines: () => text.trim().split('\n'), ended };
}

describe('the process', () => {
  it('serves, and ends by itself on SIGTERM', async () => {
    const [port, healthPort] = [await freePort(), await freePort()];
    const { child, ended } = run({
      GATEHOUSE_ENVIRONMENT: 'production',
      GATEHOUSE_ISSUER: 'https://auth.spec.test',
      GATEHOUSE_HTTP_PORT: String(port),
      GATEHOUSE_HEALTH_PORT: String(healthPort),
      GATEHOUSE_AUTH_ADDRESS: address,
      GATEHOUSE_CLIENT_SECRET: 'a client secret of a spec',
      GATEHOUSE_USERS_ADDRESS: address,
      GATEHOUSE_RESOURCES_ADDRESS: address,
    });
    await eventually(async () => {
      expect((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status).toBe(200);
    });
    expect((await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('does not start with settings at fault, and names all of them', async () => {
    const { lines, ended } = run({ GATEHOUSE_HTTP_PORT: 'x', GATEHOUSE_TYPO: '1' });
    expect(await ended).toBe(1);
    expect(lines()).toHaveLength(1);
    for (const name of ['HTTP_PORT', 'ISSUER', 'AUTH_ADDRESS', 'GATEHOUSE_TYPO'])
      expect(lines()[0]).toContain(name);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readLoadLog, type LoadLog } from './phase-figures.js';

const PROGRAM = fileURLToPath(new URL('load-program.js', import.meta.url));

/** What a gateway answers to the n-th request; of the first two the load begins with. */
type Answer = (n: number, method: string, path: string) => number;

/** Runs the program as the pod does, until the gateway has had this many requests. */
async function runAgainst(answer: Answer, requests: number): Promise<LoadLog> {
  let count = 0;
  const gateway = createServer((request, response) => {
    count += 1;
    if (count === requests) child.kill('SIGTERM');
    const status = count <= 2 ? 200 : answer(count, request.method!, request.url!);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ accessToken: 'an access token', id: `written-${count}` }));
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [PROGRAM, url, 'ada@example.com', 'a password']);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  await once(child, 'close');
  gateway.closeAllConnections();
  gateway.close();
  return readLoadLog(output);
}

const totals = ({ seconds }: LoadLog, kind: string) =>
  seconds
    .filter((second) => second.kind === kind)
    .reduce(
      (sum, { succeeded, repeated, failed }) => ({
        succeeded: sum.succeeded + succeeded,
        repeated: sum.repeated + repeated,
        failed: sum.failed + failed,
      }),
      { succeeded: 0, repeated: 0, failed: 0 },
    );

describe('the load', () => {
  it('signs in, writes and reads, and ends when it is told to', async () => {
    const log = await runAgainst(() => 200, 80);
    expect(totals(log, 'read')).toMatchObject({ repeated: 0, failed: 0 });
    expect(totals(log, 'read').succeeded).toBeGreaterThan(40);
    expect(totals(log, 'sign-in').failed + totals(log, 'write').failed).toBe(0);
    expect(log.last.lostWrites).toBe(0);
    expect(log.last.acknowledgedWrites).toBeGreaterThan(4);
  });

  it('repeats reads, and nothing else, when the gateway is away for a moment', async () => {
    const log = await runAgainst((n) => (n === 20 || n % 3 === 0 ? 503 : 200), 60);
    const { succeeded, repeated, failed } = totals(log, 'read');
    expect(repeated).toBeGreaterThan(5);
    expect(succeeded).toBeGreaterThan(repeated);
    expect(failed).toBeLessThan(repeated);
    expect(totals(log, 'write').repeated + totals(log, 'sign-in').repeated).toBe(0);
  });

  it('counts what stays away as failed, and does not repeat a refusal', async () => {
    const gone = await runAgainst((_, method) => (method === 'GET' ? 503 : 200), 60);
    expect(totals(gone, 'read')).toMatchObject({ succeeded: 0 });
    expect(totals(gone, 'read').failed).toBeGreaterThan(5);
    const refused = await runAgainst((_, method) => (method === 'GET' ? 404 : 200), 40);
    expect(totals(refused, 'read')).toMatchObject({ succeeded: 0, repeated: 0 });
    expect(refused.last.lostWrites).toBe(refused.last.acknowledgedWrites);
  });
});

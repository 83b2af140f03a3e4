import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exchangeBytes, statusesIn } from '../spec/raw-socket.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

let gateway: SpecGateway;
beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

/** Runs of each request; the least is without what else the process did: garbage of other specs, compilers. */
const RUNS = 9;
/** What one may cost in microseconds of CPU: both sides of it, on a busy machine. */
const MAX_CPU_US = 60_000;

async function leastCpu(run: () => Promise<void>): Promise<number> {
  const costs: number[] = [];
  for (let turn = 0; turn < RUNS; turn++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    costs.push(user + system);
  }
  return Math.min(...costs);
}

describe('a path that is meant to cost', () => {
  it.each([
    ['64,000 slashes', '/'.repeat(64_000), 431],
    ['15,000 slashes', '/'.repeat(15_000), 414],
    ['8,000 slashes', '/'.repeat(8_000), 404],
    ['4,000 segments', '/v1'.repeat(2_700), 404],
    ['4,000 verbs', `/v1/${':a'.repeat(4_000)}`, 404],
    ['a broken escape', '/v1/resources/%zz', 400],
    ['half an escape', '/v1/resources/%f', 400],
    ['bytes that are no text', '/v1/resources/%ff%fe', 400],
    ['a NUL', '/v1/resources/a%00b', 400],
    ['2,000 parameters', `/v1/resources?${'a=1&'.repeat(2_000)}`, 400],
    ['a parameter of 1,000 parts', `/v1/resources?${'filter.'.repeat(1_000)}title=1`, 400],
    ['a prototype', '/v1/resources?__proto__.title=1', 400],
  ])('(%s) is refused for little', async (_name, target, status) => {
    const head = `GET ${target} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${gateway.accessToken()}\r\n`;
    const statuses: number[] = [];
    const cpu = await leastCpu(async () => {
      const text = `${head}connection: close\r\n\r\n`;
      statuses.push(...statusesIn(await exchangeBytes(gateway.port, text)));
    });
    expect(statuses).toEqual(Array.from({ length: RUNS }, () => status));
    expect(cpu).toBeLessThan(MAX_CPU_US);
  });
});

describe('a body that is meant to cost', () => {
  it.each([
    ['10,000 nested arrays', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['10,000 nested objects', '{"content":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['50,000 members', `{${Array.from({ length: 50_000 }, (_, n) => `"a${n}":1`).join()}}`],
    ['a number of 100,000 digits', `{"visibility":${'9'.repeat(100_000)}}`],
    ['an exponent', '{"visibility":1e1000000000}'],
    ['a string of 20,000 escapes, cut short', `{"content":"${'\\u0041'.repeat(20_000)}`],
    ['half a surrogate pair', '{"title":"\\ud800"}'],
  ])('(%s) is refused for little', async (_name, body) => {
    const headers = { 'content-type': 'application/json' };
    const accessToken = gateway.accessToken('resources:write');
    const before = gateway.backend.calls.length;
    const statuses: number[] = [];
    const cpu = await leastCpu(async () => {
      statuses.push(
        (await gateway.send('/v1/resources', { method: 'POST', accessToken, headers, body })).status,
      );
    });
    expect(statuses).toEqual(Array.from({ length: RUNS }, () => 400));
    expect(cpu).toBeLessThan(MAX_CPU_US);
    expect(gateway.backend.calls).toHaveLength(before);
  });
});

it('those who read nothing of their answers keep nobody else waiting', async () => {
  const accessToken = gateway.accessToken();
  const questions = 'GET /openapi.json HTTP/1.1\r\nhost: h\r\n\r\n'.repeat(50);
  const deaf = Array.from({ length: 30 }, () => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(questions));
    return socket.pause().on('error', () => undefined);
  });
  try {
    for (let turn = 0; turn < 20; turn++) {
      expect((await gateway.send('/v1/resources', { accessToken })).status).toBe(200);
    }
  } finally {
    for (const socket of deaf) socket.destroy();
  }
});

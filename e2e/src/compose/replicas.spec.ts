import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { signInAs, withSession } from '../client/browser-session.js';
import { PATIENCE_MS } from '../client/patience.js';
import { newPerson, withRole } from '../client/person.js';
import { RestClient, type RestAnswer } from '../client/rest-client.js';
import { Load } from '../faults/load.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';
import { Container } from './container.js';
import { findReplicas, REPLICATED, type Replica } from './replicas.js';
import { run } from './run.js';
import { sharedProject } from './shared-project.js';

const system = sharedSystem();
const project = sharedProject();
const rest = new RestClient(system.addresses.gateway);
const SCALED = ['auth', 'users', 'resources', 'gateway'];
/** By when every caller has found a replica that is new, in milliseconds: names are looked up every 11 s at least. */
const FOUND_MS = 12_000;
const REFUSED = { status: 401, body: { reason: 'UNAUTHENTICATED' } };

let asEditor: RestClient;
let before: readonly Replica[];
beforeAll(async () => {
  before = await replicas();
  // On a machine that runs much else the first calls may find nobody connected yet.
  const editor = await eventually(
    async () => withRole(rest, await signInDemo(system, 'admin'), await newPerson(rest, 'Ella'), 'editor'),
    PATIENCE_MS,
  );
  asEditor = rest.as(editor.accessToken);
});

/** Other specs know the replicas by their addresses. One that has moved in any network may be where another one was. */
afterAll(async () => {
  const moved = (await replicas()).flatMap(({ name, addresses, container }) => {
    const known = before.find((replica) => replica.name === name);
    return known === undefined || isDeepStrictEqual(known.addresses, addresses) ? [] : [{ container, known }];
  });
  await Promise.all(moved.map(({ container }) => container.stop()));
  await Promise.all(
    moved.map(async ({ container, known }) => {
      await container.start(known.addresses);
      await container.healthy();
    }),
  );
});

const replicas = async () =>
  (await Promise.all(REPLICATED.map((service) => findReplicas(project, service)))).flat();

/** How the calls ended that did not succeed. */
const faults: string[] = [];
beforeEach(() => void faults.splice(0));

/** Reads and writes through the published port, until it is disposed of. */
function calls(group: AsyncDisposableStack): readonly Load[] {
  const create = (requestId: string) =>
    asEditor.post<Refusal>(`/v1/resources?requestId=${requestId}`, { title: 'scaled' });
  return [
    group.use(new Load(3, () => answered('read', () => asEditor.get<Refusal>('/v1/resources?pageSize=5')))),
    group.use(
      new Load(1, () => {
        const requestId = randomUUID();
        return answered('create', () => create(requestId));
      }),
    ),
  ];
}

interface Refusal {
  readonly reason?: string;
}

/**
 * Comes again where a client has to: when it is told to, as what else this machine does may be too much for it, and
 * with a creation that was cut off, which only its request ID makes safe and nobody else repeats.
 */
async function answered(
  what: 'read' | 'create',
  send: () => Promise<RestAnswer<Refusal>>,
): Promise<RestAnswer<Refusal>> {
  for (;;) {
    const answer = await send().catch((error: Error) => {
      faults.push(`${what}: ${String((error.cause as { code?: string } | undefined)?.code ?? error.name)}`);
      throw error;
    });
    if (answer.status === 200) return answer;
    const { reason } = answer.body;
    if (reason === 'OVERLOADED' || (what === 'create' && reason === 'PEER_UNAVAILABLE')) {
      await delay(200);
      continue;
    }
    faults.push(`${what}: ${answer.status} ${reason}`);
    return answer;
  }
}

async function allSucceeded(loads: readonly Load[]): Promise<void> {
  const seen = await Promise.all(loads.map((load) => load.end()));
  expect(faults).toEqual([]);
  for (const statuses of seen) expect([...statuses.keys()]).toEqual([200]);
}

const succeed = (loads: readonly Load[], count: number) =>
  Promise.all(loads.map((load) => load.successes(count)));

/** Kills the process in a container from inside of it, which nobody takes for the wish of a person. */
async function crash(id: string): Promise<void> {
  const code = `
    const { readdirSync, readFileSync } = require('node:fs');
    const isService = (pid) => readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes('dist/main.js');
    for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && name !== '1'))
      if (Number(pid) !== process.pid && isService(pid)) process.kill(Number(pid), 'SIGKILL');`;
  // It ends with the container.
  await run(['docker', 'exec', id, 'node', '-e', code]).catch(() => undefined);
}

describe('what one gateway made', () => {
  it('is good at the other, and is refused by both once it was revoked', async () => {
    const [first, second] = system.addresses.gateways.map((url) => new RestClient(url)) as [
      RestClient,
      RestClient,
    ];
    const person = await newPerson(first, 'Rita');
    const browser = await signInAs(first, person);
    for (const gateway of [first, second, rest]) {
      expect((await gateway.as(person.accessToken).get('/v1/accounts/me')).status).toBe(200);
      expect((await withSession(gateway, browser).get('/v1/accounts/me')).status).toBe(200);
    }
    expect((await second.post('/v1/auth/revoke', { token: person.refreshToken })).status).toBe(200);
    expect((await withSession(second, browser).delete('/v1/sessions/current')).status).toBe(200);
    await eventually(async () => {
      for (const gateway of [first, second, rest]) {
        expect(await gateway.as(person.accessToken).get('/v1/accounts/me')).toMatchObject(REFUSED);
        expect(await withSession(gateway, browser).get('/v1/accounts/me')).toMatchObject(REFUSED);
      }
    });
  });
});

describe('while calls go on', () => {
  it('replicas come and go, and nobody notices', async () => {
    await using group = new AsyncDisposableStack();
    const loads = calls(group);
    await succeed(loads, 10);
    for (const count of [3, 1, 2]) {
      const scales = SCALED.flatMap((name) => ['--scale', `${name}=${count}`]);
      await project.compose('up', '-d', '--no-deps', '--no-recreate', ...scales, ...SCALED);
      const containers = (await Promise.all(SCALED.map((name) => project.containersOf(name)))).flat();
      expect(containers).toHaveLength(SCALED.length * count);
      await Promise.all(containers.map((id) => new Container(id).healthy()));
      await succeed(loads, 20);
    }
    await allSucceeded(loads);
  });

  it('a replica of resources that crashes is replaced by itself, and nobody notices', async () => {
    await using group = new AsyncDisposableStack();
    const loads = calls(group);
    await succeed(loads, 10);
    // Before that it might be the only one that a gateway knows.
    await delay(FOUND_MS);
    const victim = new Container(await project.containerOf('resources'));
    const before = await victim.inspect();
    await crash(victim.id);
    await eventually(async () => {
      const { RestartCount } = await victim.inspect();
      expect(RestartCount).toBe(before.RestartCount + 1);
    }, PATIENCE_MS);
    await victim.healthy();
    await succeed(loads, 10);
    await allSucceeded(loads);
  });

  it('a replica of resources that is stopped drains, and nobody notices', async () => {
    await using group = new AsyncDisposableStack();
    const loads = calls(group);
    await succeed(loads, 10);
    const victim = new Container(await project.containerOf('resources'));
    expect(await victim.stop()).toBe(0);
    await succeed(loads, 10);
    await victim.start({});
    await victim.healthy();
    await succeed(loads, 10);
    await allSucceeded(loads);
  });
});

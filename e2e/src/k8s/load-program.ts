// What runs in the pod that makes the load: sent there as one file, so it imports nothing but types.
//
// node load-program.mjs GATEWAY_URL EMAIL PASSWORD: requests at fixed moments, whatever became of those before, until
// SIGTERM; then reads again what was written, and ends. Each second is a line of JSON.
import type { LastLine, RequestKind, Second } from './second.js';

const [url = '', email = '', password = ''] = process.argv.slice(2);

/** Requests of each kind in a second: every sign-in costs a hash of a password. */
const PER_SECOND: readonly [RequestKind, number][] = [
  ['read', 30],
  ['write', 4],
  ['sign-in', 1],
];

/** How often and after how long a client repeats what it may repeat. */
const REPEATS = 2;
const REPEAT_AFTER_MS = 100;
const TIMEOUT_MS = 10_000;
const REPEATED_STATUSES = new Set([502, 503, 504]);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const written: string[] = [];
let accessToken = '';

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function send(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(accessToken !== '' && { authorization: `Bearer ${accessToken}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

async function signIn(): Promise<Answer> {
  const answer = await send('POST', '/v1/auth/login', { email, password });
  if (answer.status === 200) accessToken = String(answer.body['accessToken']);
  return answer;
}

async function write(): Promise<Answer> {
  const answer = await send('POST', '/v1/resources', { title: 'Written under load' });
  if (answer.status === 200) written.push(String(answer.body['id']));
  return answer;
}

/** By turns what was written, lists, and the reader's own profile: every service is asked. */
async function read(turn: number): Promise<Answer> {
  const id = written[Math.floor(Math.random() * written.length)];
  const paths = [`/v1/resources/${id}`, `/v1/resources/${id}`, '/v1/resources?pageSize=5', '/v1/users/me'];
  return send('GET', paths[turn % paths.length]!);
}

const SENDERS: Readonly<Record<RequestKind, (turn: number) => Promise<Answer>>> = {
  read,
  write,
  'sign-in': signIn,
};

/** Returns the answer, or what happened in place of one. */
async function attempt(kind: RequestKind, turn: number): Promise<Answer | string> {
  try {
    return await SENDERS[kind](turn);
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? name;
  }
}

const isSuccess = (answer: Answer | string) => typeof answer !== 'string' && answer.status === 200;

type Counted = { -readonly [Member in keyof Second]: Second[Member] } & { faults: string[] };
const seconds = new Map<string, Counted>();

function secondOf(kind: RequestKind, at: number): Counted {
  const key = `${at} ${kind}`;
  const known = seconds.get(key);
  if (known) return known;
  const fresh: Counted = { at, kind, succeeded: 0, repeated: 0, failed: 0, slowestMs: 0, faults: [] };
  seconds.set(key, fresh);
  return fresh;
}

async function request(kind: RequestKind, turn: number, dueMs: number): Promise<void> {
  const second = secondOf(kind, Math.floor(dueMs / 1_000));
  let answer = await attempt(kind, turn);
  for (let repeat = 0; !isSuccess(answer); repeat += 1) {
    second.faults.push(typeof answer === 'string' ? answer : `${answer.status} ${answer.body['reason']}`);
    const isWorthIt = typeof answer === 'string' || REPEATED_STATUSES.has(answer.status);
    if (kind !== 'read' || repeat === REPEATS || !isWorthIt) break;
    if (repeat === 0) second.repeated += 1;
    await pause(REPEAT_AFTER_MS);
    answer = await attempt(kind, turn);
  }
  if (isSuccess(answer)) second.succeeded += 1;
  else second.failed += 1;
  second.slowestMs = Math.max(second.slowestMs, Math.round(Date.now() - dueMs));
}

/** Sends at fixed moments until told to stop, then waits for what is under way. */
async function sendEvenly(kind: RequestKind, perSecond: number): Promise<void> {
  const started = Date.now();
  const underWay = new Set<Promise<void>>();
  for (let turn = 0; !isStopping; turn += 1) {
    const dueMs = started + (turn * 1_000) / perSecond;
    if (dueMs > Date.now()) await pause(dueMs - Date.now());
    const one = request(kind, turn, dueMs).finally(() => underWay.delete(one));
    underWay.add(one);
  }
  await Promise.all(underWay);
}

const say = (line: Second | LastLine) => console.log(JSON.stringify(line));

/** Says what happened in the seconds in which nothing can happen any more. */
function sayOver(until: number): void {
  for (const [key, second] of seconds) {
    if (second.at >= until) continue;
    seconds.delete(key);
    say(second);
  }
}

async function lostWrites(): Promise<number> {
  let lost = 0;
  for (const id of written) {
    const answers = [];
    do answers.push(await attemptToRead(id));
    while (answers.at(-1) !== 200 && answers.length <= REPEATS);
    if (answers.at(-1) !== 200) lost += 1;
  }
  return lost;
}

async function attemptToRead(id: string): Promise<number> {
  return send('GET', `/v1/resources/${id}`).then(
    ({ status }) => status,
    () => 0,
  );
}

let isStopping = false;
process.once('SIGTERM', () => {
  isStopping = true;
});

const LONGEST_MS = (REPEATS + 1) * (TIMEOUT_MS + REPEAT_AFTER_MS);
if (!isSuccess(await signIn())) throw new Error('cannot sign in');
if (!isSuccess(await write())) throw new Error('cannot write');
const saying = setInterval(() => sayOver((Date.now() - LONGEST_MS) / 1_000 - 1), 1_000);
await Promise.all(PER_SECOND.map(([kind, perSecond]) => sendEvenly(kind, perSecond)));
clearInterval(saying);
sayOver(Infinity);
say({ acknowledgedWrites: written.length, lostWrites: await lostWrites() });

import { randomUUID } from 'node:crypto';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Observation } from '../live-system.js';
import { goodPerson } from './credential-scenes.js';
import type { Scene } from './scenes.js';
import { bearer, type Stage } from './stage.js';

const WATCH = '/gatehouse.resources.v1.ResourceService/WatchResources';
const WATCH_ROUTE = '/v1/resources:watch';

const LIFETIME_SECONDS = 5;
const SKEW_SECONDS = 5;
/** How late a stream may end, in seconds: the second that is promised, and a busy machine. */
const SLACK_SECONDS = 4;

/** Access tokens that end while a stream is open. */
export const streamScenes = {
  'stream:long': async (stage, build) => {
    const expiresAt = Math.floor(Date.now() / 1_000) + LIFETIME_SECONDS;
    const claims = { sub: randomUUID(), scope: 'resources:read', exp: expiresAt };
    const open = await openStreams(stage, build(claims));
    const seen = await ended(open);
    const late = Date.now() / 1_000 - (expiresAt + SKEW_SECONDS);
    if (late < -1 || late > SLACK_SECONDS) throw new Error(`the streams ended ${late} s after exp and skew`);
    return seen;
  },

  'stream:long revoke:sid': async (stage) => {
    const { accessToken, refreshToken } = await goodPerson(stage);
    const open = await openStreams(stage, accessToken);
    await stage.succeed('POST', '/v1/auth/logout', { body: { refreshToken } });
    const since = performance.now();
    const seen = await ended(open);
    const lateMs = performance.now() - since;
    if (lateMs > (1 + SLACK_SECONDS) * 1_000) throw new Error(`the streams ended after ${lateMs} ms`);
    return seen;
  },
} satisfies Record<string, Scene>;

interface OpenStreams {
  readonly grpc: Promise<string>;
  readonly http: Promise<number>;
}

async function ended({ grpc, http }: OpenStreams): Promise<Observation> {
  return { grpc: await grpc, http: await http };
}

/** Opens a stream at each face, and waits until both have begun. */
async function openStreams(stage: Stage, accessToken: string): Promise<OpenStreams> {
  const answer = await fetch(stage.gateway + WATCH_ROUTE, {
    headers: bearer(accessToken).map(([name, value]): [string, string] => [name, value]),
  });
  if (answer.status !== 200) throw new Error(`${WATCH_ROUTE} answered ${answer.status}`);
  const metadata = new Metadata();
  for (const [name, value] of bearer(accessToken)) metadata.set(name, value);
  const asIs = (bytes: Buffer) => bytes;
  const stream = stage.clients.resources.makeServerStreamRequest(
    WATCH,
    asIs,
    asIs,
    Buffer.alloc(0),
    metadata,
  );
  const grpc = new Promise<string>((resolve) => {
    stream.on('error', ({ code }: ServiceError) => resolve(status[code] ?? 'UNKNOWN'));
    stream.on('end', () => resolve('OK'));
  });
  await Promise.race([new Promise((resolve) => stream.once('data', resolve)), grpc]);
  return { grpc, http: lastStatusOf(answer) };
}

/** The HTTP status that the last record of a stream speaks of; 200 when it came to its end. */
async function lastStatusOf(answer: Response): Promise<number> {
  const last = (await answer.text()).trimEnd().split('\n').at(-1) ?? '';
  const { '@error': problem } = JSON.parse(last) as { readonly '@error'?: { readonly status: number } };
  return problem?.status ?? answer.status;
}

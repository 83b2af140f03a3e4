import { describe, expect, it } from '@jest/globals';
import type { AttackCase } from './corpus.js';
import { CorpusKeys } from './corpus-keys.js';
import { runLiveCases } from './live-cases.js';
import { claimsOf } from './live/stage.js';
import type { BuildAccessToken, LiveSystem, NotApplicable, Observation, Trust } from './live-system.js';
import { ownCorpus } from './own-corpus.js';

const corpus = ownCorpus();
const keys = new CorpusKeys();

/** A system that writes down what it is asked and gives fixed answers. */
class RecordingSystem implements LiveSystem {
  readonly asked: unknown[] = [];
  disposed = false;

  constructor(
    readonly grpc: string,
    readonly http: number,
    readonly played: Observation | NotApplicable = {},
  ) {}

  async callWithMetadata(metadata: unknown): Promise<string> {
    this.asked.push({ metadata });
    return this.grpc;
  }

  async callRaw(headers: unknown, trailers: unknown): Promise<string> {
    this.asked.push({ headers, trailers });
    return this.grpc;
  }

  async request(request: object): Promise<number> {
    this.asked.push({ request });
    return this.http;
  }

  async play({ id }: AttackCase, build: BuildAccessToken): Promise<Observation | NotApplicable> {
    this.asked.push({ id, claims: claimsOf(build({ sub: 'user_2', auth_time: 1 })) });
    return this.played;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }
}

function caseNamed(id: string): AttackCase {
  const found = corpus.cases.find((attackCase) => attackCase.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}

async function run(system: RecordingSystem, ...ids: string[]) {
  let trust: Trust | undefined;
  const results = await runLiveCases(corpus, keys, ids.map(caseNamed), async (given) => {
    trust = given;
    return system;
  });
  return { results, trust };
}

const accessToken = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/);

describe('runLiveCases', () => {
  it('tells the system whom to trust, and ends it', async () => {
    const system = new RecordingSystem('UNAUTHENTICATED', 401);
    const { trust } = await run(system, 'tra-no-scheme');
    expect(trust).toMatchObject({ issuer: corpus.profile.issuer, audience: corpus.profile.audience });
    expect(trust?.keySet).toEqual(keys.keySet());
    expect(system.disposed).toBe(true);
  });

  it('sends metadata to both faces', async () => {
    const system = new RecordingSystem('UNAUTHENTICATED', 401);
    const { results } = await run(system, 'tra-no-scheme');
    expect(system.asked).toEqual([
      { metadata: [['authorization', accessToken]] },
      { request: { headers: [['authorization', accessToken]] } },
    ]);
    expect(results).toMatchObject([{ verdict: 'agreed' }]);
  });

  it('sends repeated fields in order, trailers, queries and forms', async () => {
    const system = new RecordingSystem('UNAUTHENTICATED', 401);
    await run(system, 'tra-multi-first-bad', 'tra-grpc-web-trailer', 'tra-query', 'tra-form');
    const bearer = ['authorization', expect.stringMatching(/^Bearer [\w-]+\.[\w-]+\.[\w-]{86}$/)];
    expect(system.asked).toEqual([
      { headers: [['authorization', 'Bearer aaa'], bearer], trailers: [] },
      { headers: [], trailers: [bearer] },
      { request: { headers: [], query: { access_token: accessToken } } },
      { request: { headers: [], form: { access_token: accessToken } } },
    ]);
  });

  it('writes sizes out', async () => {
    const system = new RecordingSystem('RESOURCE_EXHAUSTED', 431);
    const { results } = await run(system, 'tra-big');
    expect(system.asked[0]).toEqual({ metadata: [['authorization', `Bearer ${'a'.repeat(1 << 20)}`]] });
    expect(results).toMatchObject([{ verdict: 'agreed' }]);
  });

  it.each([
    ['OK', 401],
    ['UNAUTHENTICATED', 200],
  ])('counts %s and %d as failed when either is wrong', async (grpc, http) => {
    const { results } = await run(new RecordingSystem(grpc, http), 'tra-no-scheme');
    expect(results).toMatchObject([{ verdict: 'failed' }]);
  });

  it('judges what the system played, and leaves out what it cannot play', async () => {
    const answers: [Observation | NotApplicable, string][] = [
      [{ grpc: 'UNAUTHENTICATED' }, 'agreed'],
      [{ grpc: 'OK' }, 'failed'],
      [{}, 'failed'],
      [{ notApplicable: 'there is no such feature' }, 'not applicable'],
    ];
    for (const [played, verdict] of answers) {
      const { results } = await run(new RecordingSystem('OK', 200, played), 'sta-family');
      expect(results).toMatchObject([{ verdict }]);
    }
  });

  it('lets the system set claims, before the operations of the case', async () => {
    const system = new RecordingSystem('', 0, { grpc: 'UNAUTHENTICATED' });
    await run(system, 'azn-acr');
    expect(system.asked).toEqual([
      { id: 'azn-acr', claims: expect.objectContaining({ sub: 'user_2', acr: 'pwd' }) },
    ]);
    const [{ claims }] = system.asked as [{ claims: Record<string, number> }];
    expect(claims['auth_time']).toBe(claims['iat']! - 3_600);
  });

  it('plays last what a system cannot be used after', async () => {
    const system = new RecordingSystem('', 0, { grpc: 'UNAUTHENTICATED' });
    const { results } = await run(system, 'sta-pitr', 'sta-family', 'sta-stream-exp');
    expect(results.map(({ id }) => id)).toEqual(['sta-family', 'sta-stream-exp', 'sta-pitr']);
  });

  it('counts a system that breaks off as failed', async () => {
    const system = new RecordingSystem('UNAUTHENTICATED', 401);
    system.request = () => Promise.reject(new Error('connection reset'));
    const { results } = await run(system, 'tra-query');
    expect(results).toMatchObject([{ verdict: 'failed' }]);
  });
});

import { expects } from './corpus.js';
import type { AttackCase, Corpus } from './corpus.js';
import type { CorpusKeys } from './corpus-keys.js';
import { decide } from './decision.js';
import type { Decision } from './decision.js';
import { buildToken } from './token-builder.js';
import { VerifierUnderTest } from './verifier-under-test.js';

/** Longer than any age, cooldown or backoff of a key set. */
const AN_HOUR_MS = 3_600_000;

interface Scene {
  readonly corpus: Corpus;
  readonly keys: CorpusKeys;
  readonly text: string;
  readonly now: number;
}

/**
 * Runs a state case whose state is that of the keys alone: the source is down, or a key is pending, retired or
 * revoked.
 *
 * @returns undefined when the case is about anything else; otherwise what went wrong, or `agreed`
 */
export async function runKeyStateCase(
  corpus: Corpus,
  keys: CorpusKeys,
  attackCase: AttackCase,
  now: number,
): Promise<string | undefined> {
  const play = sceneOf(attackCase);
  if (play === undefined) return undefined;
  const text = buildToken(corpus.profile, keys, attackCase.build, now);
  const { status, reason } = await play({ corpus, keys, text, now });
  if (expects(attackCase.expected.grpc, status)) return 'agreed';
  return `expected ${String(attackCase.expected.grpc)}, got ${status}: ${reason}`;
}

function sceneOf({ group, precondition = [], build }: AttackCase) {
  const conditions = precondition.toSorted().join(' ');
  if (conditions === 'auth:down') return sourceDown;
  if (conditions === 'auth:down cache:empty') return sourceNeverUp;
  const signer = build.find(({ op }) => op === 'sign')?.with;
  if (group !== 'key' || signer === undefined) return undefined;
  if (signer === 'pending') return (scene: Scene) => keyPending(scene, signer);
  if (signer === 'retired' || signer === 'compromised') return (scene: Scene) => keyRemoved(scene, signer);
  return undefined;
}

/** The source served once and then stopped, long ago. */
async function sourceDown({ corpus, keys, text, now }: Scene): Promise<Decision> {
  const subject = new VerifierUnderTest(corpus.profile, now, keys.keySet());
  await subject.keys.refresh();
  subject.served = undefined;
  subject.age(AN_HOUR_MS);
  return decide(subject.verifier, text);
}

async function sourceNeverUp({ corpus, text, now }: Scene): Promise<Decision> {
  return decide(new VerifierUnderTest(corpus.profile, now, undefined).verifier, text);
}

/** The key is published with the time of its activation. */
async function keyPending({ corpus, keys, text, now }: Scene, signer: string): Promise<Decision> {
  const pending = { ...keys.jwk(signer), nbf: now + 600 };
  return decide(new VerifierUnderTest(corpus.profile, now, keys.keySet([pending])).verifier, text);
}

/** The access token was good, and is remembered as such, when its key leaves the set. */
async function keyRemoved({ corpus, keys, text, now }: Scene, signer: string): Promise<Decision> {
  const subject = new VerifierUnderTest(corpus.profile, now, keys.keySet([keys.jwk(signer)]));
  const before = await decide(subject.verifier, text);
  if (before.status !== 'OK')
    return { ...before, reason: `refused before the key was removed: ${before.reason}` };
  subject.served = keys.keySet();
  await subject.keys.refresh();
  return decide(subject.verifier, text);
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { decodePayload } from '../../client/access-token.js';
import { GrpcClients } from '../../client/grpc-clients.js';
import type { Outcome } from '../../client/outcome.js';
import { PATIENCE_MS } from '../../client/patience.js';
import { RestClient, succeeded } from '../../client/rest-client.js';
import { mintAccessToken } from '../../system/listed-key.js';
import type { OwnSystem } from '../../system/own-system.js';
import { signInDemo } from '../../system/system-facts.js';
import { isAdmitted, lenientPlaces, strictPlaces } from '../places.js';
import { countOf, lastMs, Showing } from '../showing.js';
import { PartitionedSystem } from './partitioned-system.js';

/** What a partition has shown. Times are in milliseconds. */
export interface PartitionResult {
  /** When the last strict call that was let through began, after the cut. */
  readonly strictStoppedMs: number;
  /** Strict calls that were told that revocations are unknown. */
  readonly strictUnknown: number;
  /** Strict calls with a good access token and any other refusal. */
  readonly strictWrong: number;
  /** Lenient calls with a good access token, and those of them that were refused. */
  readonly lenient: number;
  readonly lenientRefused: number;
  /** For how long after its revocation an access token was accepted, as nobody could say. */
  readonly unheardMs: number;
  /** For how long after its end (`exp`) that one was accepted. */
  readonly expiredMs: number;
  /** When the last strict call that was not let through began, after the healing. */
  readonly strictRecoveredMs: number;
  /** When the last call that a revoked access token was accepted for began, after the healing. */
  readonly revokedRecoveredMs: number;
}

/** Between an answer and the next call, in milliseconds. */
const LENIENT_PAUSE_MS = 25;
const STRICT_PAUSE_MS = 100;
/** Nobody refuses or serves anew for the first time later than this after the healing. */
const RECOVERY_MS = 3_000;
/** How long an access token lives, in seconds. */
const LIFE_SECONDS = 300;

/** Cuts users and resources off from auth for a while, under load, and watches what they accept. */
export async function runPartition(cutMs: number): Promise<PartitionResult> {
  await using system = await PartitionedSystem.start();
  const { own } = system;
  using grpc = closing(new GrpcClients(own.addresses));
  const leniently = lenientPlaces(grpc.clients, own);
  const { accessToken: revoked, refreshToken } = await signInDemo(own, 'admin');
  const good = [(await signInDemo(own, 'admin')).accessToken];
  const newest = () => good.at(-1) ?? '';
  await using strict = new Showing(strictPlaces(grpc.clients, own), newest, STRICT_PAUSE_MS);
  await using lenient = new Showing(leniently, newest, LENIENT_PAUSE_MS);
  await using revokedOnes = new Showing(leniently, () => revoked, LENIENT_PAUSE_MS);
  const before = [strict, lenient, revokedOnes];
  await Promise.all(before.map((showing) => showing.everywhere(true, PATIENCE_MS)));
  // It ends within the partition, the skew included.
  const ending = mintEnding(own, newest(), Math.round((cutMs / 1_000) * 0.4));
  const endsAt = Number(decodePayload(ending)['exp']) * 1_000 - performance.timeOrigin;
  await using endingOnes = new Showing(leniently, () => ending, LENIENT_PAUSE_MS);
  await endingOnes.everywhere(true, PATIENCE_MS);

  const cutAt = performance.now();
  system.break();
  const rest = new RestClient(own.addresses.gateway);
  succeeded(await rest.post('/v1/auth/logout', { refreshToken }));
  succeeded(await rest.post('/v1/auth/revoke', { token: ending }));
  const revokedAt = performance.now();
  while (performance.now() < cutAt + cutMs) {
    // What was issued meanwhile is as good as what was issued before.
    good.push((await signInDemo(own, 'admin')).accessToken);
    await delay(Math.min(cutMs / 5, Math.max(0, cutAt + cutMs - performance.now())));
  }
  const healedAt = performance.now();
  system.heal();
  await Promise.all([strict.everywhere(true, PATIENCE_MS), revokedOnes.everywhere(false, PATIENCE_MS)]);
  await delay(Math.max(0, healedAt + RECOVERY_MS - performance.now()));

  // A call that was still asking when auth came back got its answer.
  const duringCut = strict.shown.filter(({ end }) => end < healedAt);
  return {
    strictStoppedMs: lastMs(duringCut, cutAt, isAdmitted),
    strictUnknown: countOf(strict.shown, isUnknown),
    strictWrong: countOf(strict.shown, (outcome) => !isAdmitted(outcome) && !isUnknown(outcome)),
    lenient: lenient.shown.length,
    lenientRefused: countOf(lenient.shown, (outcome) => !isAdmitted(outcome)),
    unheardMs: lastMs(endingOnes.shown, revokedAt, isAdmitted),
    expiredMs: lastMs(endingOnes.shown, endsAt, isAdmitted),
    strictRecoveredMs: lastMs(strict.shown, healedAt, (outcome) => !isAdmitted(outcome)),
    revokedRecoveredMs: lastMs(revokedOnes.shown, healedAt, isAdmitted),
  };
}

function isUnknown({ code, reason }: Outcome): boolean {
  return code === 'UNAVAILABLE' && reason === 'REVOCATIONS_UNKNOWN';
}

/** The same claims in an access token of their own that has not long to live. */
function mintEnding(own: OwnSystem, accessToken: string, leftSeconds: number): string {
  const { sub, aud, client_id, scope, credential, auth_time } = decodePayload(accessToken);
  const claims = { sub, aud, client_id, scope, credential, auth_time, sid: randomUUID() };
  return mintAccessToken(own, claims, { issuedAgoSeconds: LIFE_SECONDS - leftSeconds });
}

function closing(clients: GrpcClients): Disposable & { readonly clients: GrpcClients } {
  return { clients, [Symbol.dispose]: () => clients.close() };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeHeader, decodePayload } from '../../client/access-token.js';
import { GrpcClients } from '../../client/grpc-clients.js';
import { PATIENCE_MS } from '../../client/patience.js';
import { RestClient, succeeded } from '../../client/rest-client.js';
import { mintAccessToken } from '../../system/listed-key.js';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { signInDemo } from '../../system/system-facts.js';
import { gatewayPlaces, isAdmitted, lenientPlaces, type Place } from '../places.js';
import { countOf, lastMs, Showing } from '../showing.js';
import { keysCommand } from './keys-command.js';

/** What rotating and revoking signing keys has shown. Times are in milliseconds. */
export interface RotationResult {
  readonly rotations: number;
  /** The keys that the access tokens of the load were signed with. */
  readonly keys: number;
  readonly calls: number;
  /** Calls of the load that were not let through. */
  readonly refused: number;
  /** When the last call began that an access token of a thief was accepted for, after the revocation. */
  readonly stolenMs: number;
  /** The same of what the active key had signed, which was revoked as well. */
  readonly activeMs: number;
  /** When the last call of a new sign-in was refused, after that. */
  readonly signInsMs: number;
}

export interface RotationOptions {
  readonly rotations: number;
  /** From one rotation to the next. */
  readonly everyMs: number;
}

const PAUSE_MS = 20;
/** Between two sign-ins of the load. */
const SIGN_IN_EVERY_MS = 500;
/** For how long is watched what becomes of a key that was revoked. */
const WATCH_MS = 3_000;

/** Rotates signing keys under load, and revokes two of them: one that somebody has stolen, and the active one. */
export async function runRotation({ rotations, everyMs }: RotationOptions): Promise<RotationResult> {
  await using own = await startOwnSystem();
  const grpc = new GrpcClients(own.addresses);
  try {
    const places = [...lenientPlaces(grpc, own), ...gatewayPlaces(own)];
    const load = await rotateUnderLoad(own, places, { rotations, everyMs });
    const stolenMs = await revokeStolen(own, places);
    return { rotations, ...load, stolenMs, ...(await revokeActive(own, places)) };
  } finally {
    grpc.close();
  }
}

async function rotateUnderLoad(own: OwnSystem, places: readonly Place[], options: RotationOptions) {
  const issued = [await signIn(own)];
  let turn = 0;
  // Now the newest, now one of an earlier key: each has to be good.
  const next = () => issued[turn++ % 2 === 0 ? issued.length - 1 : turn % issued.length] as string;
  await using load = new Showing(places, next, PAUSE_MS);
  const signingIn = setInterval(() => {
    void signIn(own).then((accessToken) => issued.push(accessToken));
  }, SIGN_IN_EVERY_MS);
  try {
    for (let rotation = 0; rotation < options.rotations; rotation++) {
      await Promise.all([keysCommand(own.system, 'rotate'), delay(options.everyMs)]);
    }
    await load.everywhere(true, PATIENCE_MS);
  } finally {
    clearInterval(signingIn);
  }
  return {
    keys: new Set(issued.map((accessToken) => decodeHeader(accessToken)['kid'])).size,
    calls: load.shown.length,
    refused: countOf(load.shown, (outcome) => !isAdmitted(outcome)),
  };
}

/** Whoever has a key signs what they like with it: access tokens that nobody has seen. */
async function revokeStolen(own: OwnSystem, places: readonly Place[]): Promise<number> {
  const { sub, aud, client_id, scope, credential, auth_time } = decodePayload(await signIn(own));
  const claims = { sub, aud, client_id, scope, credential, auth_time };
  const mint = () => mintAccessToken(own, { ...claims, sid: randomUUID() });
  const seen = mint();
  await using thief = new Showing(places, mint, PAUSE_MS);
  await using again = new Showing(places, () => seen, PAUSE_MS);
  await Promise.all([thief, again].map((showing) => showing.everywhere(true, PATIENCE_MS)));
  await revokeKey(own, own.key.keyId);
  const revokedAt = performance.now();
  await Promise.all([thief, again].map((showing) => showing.everywhere(false, PATIENCE_MS)));
  await delay(WATCH_MS);
  return Math.max(...[thief, again].map(({ shown }) => lastMs(shown, revokedAt, isAdmitted)));
}

/** What it signed is refused; what its successor signs is good. */
async function revokeActive(own: OwnSystem, places: readonly Place[]) {
  const before = await signIn(own);
  await using old = new Showing(places, () => before, PAUSE_MS);
  await old.everywhere(true, PATIENCE_MS);
  await revokeKey(own, String(decodeHeader(before)['kid']));
  const revokedAt = performance.now();
  const after = await signIn(own);
  await using renewed = new Showing(places, () => after, PAUSE_MS);
  await Promise.all([old.everywhere(false, PATIENCE_MS), renewed.everywhere(true, PATIENCE_MS)]);
  await delay(WATCH_MS);
  return {
    activeMs: lastMs(old.shown, revokedAt, isAdmitted),
    signInsMs: lastMs(renewed.shown, revokedAt, (outcome) => !isAdmitted(outcome)),
  };
}

/** As an admin does; what answers is the acknowledgement. */
async function revokeKey(own: OwnSystem, key: string): Promise<void> {
  const admin = new RestClient(own.addresses.gateway).as(await signIn(own));
  succeeded(await admin.post('/v1/revocations', { kind: 'REVOCATION_KIND_SIGNING_KEY', key }));
}

async function signIn(own: OwnSystem): Promise<string> {
  return (await signInDemo(own, 'admin')).accessToken;
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NotBeforeKind } from './auth-rows.store.js';
import type { Scene } from './scenes.js';
import { claimsOf } from './stage.js';

/** The kinds of moments by what cases call them, each with the claim that it is about. */
const KINDS: Readonly<Record<string, readonly [NotBeforeKind, claim?: string]>> = {
  sub: ['subject', 'sub'],
  client: ['client', 'client_id'],
  global: ['everything'],
};

/** Sets moments, given as `notBefore:KIND=iat+N`, relative to when the access token was issued. */
export function notBeforeScene(conditions: readonly string[]): Scene {
  const moments = conditions.map((condition) => {
    const [, name = '', offset = '0'] = /^notBefore:(\w+)=iat([+-]\d+)?$/.exec(condition) ?? [];
    const kind = KINDS[name];
    if (!kind) throw new Error(`${condition} is no moment`);
    return { kind: kind[0], claim: kind[1], offset: Number(offset) };
  });
  return async (stage, build) => {
    // Of somebody else than the other cases: they are not to be revoked with it.
    const accessToken = build({ sub: randomUUID(), client_id: `client-${randomUUID()}` });
    await stage.requireGood(accessToken);
    const claims = claimsOf(accessToken);
    const issuedAt = Number(claims['iat']);
    for (const { kind, claim, offset } of moments)
      await stage.rows.revokeUpTo(kind, claim === undefined ? '' : String(claims[claim]), issuedAt + offset);
    const seen = await stage.settled(() => stage.present(accessToken));
    // What is issued next has to be later than the latest moment.
    const latest = issuedAt + Math.max(...moments.map(({ offset }) => offset));
    await delay(Math.max(0, (latest + 1) * 1_000 - Date.now()));
    return seen;
  };
}

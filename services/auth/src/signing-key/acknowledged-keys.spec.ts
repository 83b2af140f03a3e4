import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@gatehouse/testing';
import { decodeProtectedHeader } from 'jose';
import { AuthContext } from '../auth-context.js';
import { commandOrigin } from '../cli/command-origin.js';
import { readAuthSettings } from '../config.js';
import { CLIENT_SECRET, reasonOf, runningAuth, silentLog, type RunningAuth } from '../spec/running-auth.js';
import { followAs, type SpecVerifier } from '../spec/verifier.js';

const origin = commandOrigin('RotateKey');

describe('a key that is acknowledged', () => {
  let auth: RunningAuth;
  let verifiers: SpecVerifier[];
  beforeEach(async () => {
    auth = await runningAuth();
    const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    verifiers = [
      followAs(accessToken, auth.service.port),
      followAs(accessToken, auth.service.port, { acknowledges: false }),
    ];
    await eventually(async () => expect(await auth.database.sql`select from verifier`).toHaveLength(3));
  });
  afterEach(async () => {
    for (const verifier of verifiers) verifier.close();
    await auth.close();
  });

  const kidOf = (state: string) =>
    eventually(async () => {
      const [row] = await auth.database.sql<
        { kid: string }[]
      >`select kid from signing_key where state = ${state}`;
      return row!.kid;
    });
  const rotate = () => reasonOf(auth.context.keyKeeper.rotate(origin));
  const signedBy = async () => {
    const { accessToken } = await auth.signedIn();
    return decodeProtectedHeader(accessToken).kid;
  };

  it('signs as soon as every live verifier accepts it, however young it is', async () => {
    const [, silent] = verifiers;
    const successor = await kidOf('published');
    expect(await rotate()).toBe('KEY_TOO_YOUNG');
    // Both are told that it may sign from now on; one has not said that it knows.
    await eventually(() => {
      for (const { keySets } of verifiers) {
        const pushed = keySets.at(-1)!.keySet!.keys.find(({ kid }) => kid === successor);
        expect(pushed!.nbf! <= Date.now() / 1_000).toBe(true);
      }
    });
    expect(await rotate()).toBe('KEY_TOO_YOUNG');
    expect(await kidOf('active')).not.toBe(successor);

    silent!.recover();
    await eventually(async () => expect(await rotate()).toBe('OK'));
    expect(await kidOf('active')).toBe(successor);
    expect(await signedBy()).toBe(successor);
    // The one before is still there for what it has signed, and the next one is there already.
    const next = await kidOf('published');
    await eventually(() => {
      for (const { keyIds } of verifiers) expect(keyIds).toEqual(expect.arrayContaining([successor, next]));
      expect(verifiers[0]!.keyIds).toHaveLength(3);
    });
    const [event] = await auth.database.sql`select target from audit_event where action = 'RotateKey'`;
    expect(event).toEqual({ target: successor });
  });

  it('waits for no verifier whose lease has run out', async () => {
    const [, silent] = verifiers;
    expect(await rotate()).toBe('KEY_TOO_YOUNG');
    silent!.close();
    await eventually(async () => {
      await auth.database.sql`
        update verifier set seen_at = seen_at - interval '12 seconds' where id = ${silent!.verifierId}`;
      expect(await rotate()).toBe('OK');
    });
  });

  it('is replaced by age in the same way', async () => {
    verifiers[1]!.recover();
    const successor = await kidOf('published');
    await auth.database.sql`
      update signing_key set activated_at = activated_at - interval '31 days' where state = 'active'`;
    await eventually(async () => {
      await auth.context.keyKeeper.advance();
      expect(await kidOf('active')).toBe(successor);
    });
  });

  it('rotates over and over, and what any of them has signed is accepted by all', async () => {
    verifiers[1]!.recover();
    const accessTokens: string[] = [];
    for (let round = 0; round < 4; round++) {
      accessTokens.push((await auth.signedIn()).accessToken);
      const kid = String(decodeProtectedHeader(accessTokens.at(-1)!).kid);
      // Never signed before all know it.
      for (const { keySets } of verifiers) {
        const usable = keySets.flatMap(({ keySet }) => keySet!.keys).filter((key) => key.kid === kid);
        expect(usable.some(({ nbf }) => nbf === undefined || nbf <= Date.now() / 1_000)).toBe(true);
      }
      await eventually(async () => expect(await rotate()).toBe('OK'));
    }
    for (const accessToken of accessTokens) expect(await reasonOf(auth.getAccount(accessToken))).toBe('OK');
    expect(new Set(accessTokens.map((text) => decodeProtectedHeader(text).kid)).size).toBe(4);
  });

  it('is revoked on the same stream, with the key set that it is gone from', async () => {
    verifiers[1]!.recover();
    // So that the access tokens of the streams are signed by another one.
    await eventually(async () => expect(await rotate()).toBe('OK'));
    const revoked = await kidOf('active');
    await auth.context.keyKeeper.revoke(revoked, origin);
    await eventually(() => {
      for (const verifier of verifiers) {
        expect(verifier.keys).toContain(revoked);
        expect(verifier.keyIds).not.toContain(revoked);
        expect(verifier.keyIds).toHaveLength(3);
      }
    });
  });

  it('is told to be revoked also to those whose own access token it has signed, before they are refused', async () => {
    const revoked = await kidOf('active');
    await auth.context.keyKeeper.revoke(revoked, origin);
    for (const verifier of verifiers) {
      expect(await verifier.ended).toBe('UNAUTHENTICATED');
      expect(verifier.keys).toContain(revoked);
    }
  });

  it('takes over from a revoked one at once, and issues once every live verifier accepts it', async () => {
    const [, silent] = verifiers;
    silent!.recover();
    // So that the access tokens of the streams are signed by another one.
    await eventually(async () => expect(await rotate()).toBe('OK'));
    const { refreshToken } = await auth.signedIn();
    silent!.hang();
    await auth.context.keyKeeper.revoke(await kidOf('active'), origin);
    const successor = await kidOf('active');
    const began = performance.now();
    const refreshing = auth.refresh(refreshToken).then(async ({ accessToken }) => ({
      kid: decodeProtectedHeader(accessToken).kid,
      isOverdue: performance.now() - began >= 2_000,
      knowledge: await auth.context.verifiers.keyKnowledge(auth.context.database.sql),
    }));
    // Time enough to issue what must not be issued yet.
    await Promise.race([refreshing, delay(300)]);
    silent!.recover();
    const { kid, isOverdue, knowledge } = await refreshing;
    expect(kid).toBe(successor);
    expect(isOverdue || knowledge?.isKnown(successor)).toBe(true);
  });

  it('takes over without a verifier that does not answer', async () => {
    await auth.context.keyKeeper.revoke(await kidOf('active'), origin);
    expect(await signedBy()).toBe(await kidOf('active'));
  });

  it('is served although another one does not open, which signs nothing', async () => {
    await auth.database.sql`update signing_key set sealed_private_key = '\\x00' where state = 'published'`;
    const { keys, database } = new AuthContext(readAuthSettings(auth.environment), silentLog);
    try {
      await keys.reload();
      expect(keys.published).toHaveLength(2);
      expect(keys.canSign).toBe(true);
      expect(keys.active().keyId).toBe(await kidOf('active'));
      const closed = keys.signer(await kidOf('published'));
      expect(await reasonOf(closed)).toBe('KEYS_UNAVAILABLE');
      await auth.database.sql`update signing_key set sealed_private_key = '\\x00' where state = 'active'`;
    } finally {
      await database.close();
    }
    const blind = new AuthContext(readAuthSettings(auth.environment), silentLog);
    await blind.keys.reload();
    expect(blind.keys.canSign).toBe(false);
    expect(blind.keys.published).toHaveLength(2);
    await blind.database.close();
  });
});

describe('a key that nobody is there to acknowledge', () => {
  it('waits for its age', async () => {
    const auth = await runningAuth();
    const { database, getKeySet, context } = auth;
    const rotate = () => reasonOf(context.keyKeeper.rotate(origin));
    try {
      await eventually(async () => expect(await rotate()).toBe('KEY_TOO_YOUNG'));
      // Nobody has opened it: those that fetch the key set go by the time that it names.
      const states = await database.sql<{ kid: string; state: string }[]>`select kid, state from signing_key`;
      const successor = states.find(({ state }) => state === 'published')!.kid;
      const { keys } = await getKeySet();
      expect(keys.find(({ kid }) => kid === successor)!.nbf! > Date.now() / 1_000 + 60).toBe(true);
      await database.sql`
        update signing_key set published_at = published_at - interval '1 hour' where state = 'published'`;
      expect(await rotate()).toBe('OK');
    } finally {
      await auth.close();
    }
  });
});

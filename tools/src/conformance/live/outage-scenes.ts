import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DeleteUserRequest } from '@gatehouse/contracts/users';
import { MAX_LEASE_AGE_MS } from '@gatehouse/tokens';
import { repositoryRoot } from '../../repository-root.js';
import { goodPerson, revokeToken } from './credential-scenes.js';
import type { Scene } from './scenes.js';
import { bearer, claimsOf, type Method, type Stage } from './stage.js';

const AUTH = ['auth', 'auth2'] as const;

/** A method of strict revocation, on somebody who does not exist: nothing is ever deleted. */
const strictMethod = (id: string): Method => ({
  service: 'users',
  path: '/gatehouse.users.v1.UserService/DeleteUser',
  verb: 'DELETE',
  route: `/v1/users/${id}`,
});

/** What verifiers do without auth, and after its database was set back. */
export const outageScenes = {
  'feed:blocked>maxStaleness': async (stage) => {
    const { accessToken } = await goodPerson(stage);
    await Promise.all(AUTH.map((name) => stage.running.system.kill(name)));
    await delay(MAX_LEASE_AGE_MS + 2_000);
    // Lenient methods go on.
    await stage.requireGood(accessToken);
    const seen = await strictly(stage, accessToken);
    await Promise.all(AUTH.map((name) => stage.running.system.restart(name)));
    await followedAgain(stage, accessToken);
    return seen;
  },

  'revoke:jti db:restore': async (stage) => {
    const { system } = stage.running;
    const { accessToken } = await goodPerson(stage);
    await revokeToken(stage, accessToken);
    const settings = system.settingsOf('auth');
    await Promise.all(AUTH.map((name) => system.kill(name)));
    await stage.rows.forgetRevocation(String(claimsOf(accessToken)['jti']));
    const command = join(repositoryRoot, 'services/auth/dist/cli/revocations.js');
    const env = { PATH: process.env['PATH'], ...settings };
    await promisify(execFile)(process.execPath, [command, 'restored'], { env });
    await Promise.all(AUTH.map((name) => system.restart(name)));
    // Those that have forgotten what they knew, too.
    await Promise.all((['users', 'gateway'] as const).map((name) => system.restart(name)));
    return stage.present(accessToken);
  },
} satisfies Record<string, Scene>;

function strictly(stage: Stage, accessToken: string) {
  const id = randomUUID();
  const message = Buffer.from(DeleteUserRequest.encode({ id }).finish());
  return stage.present(accessToken, strictMethod(id), message);
}

/** Waits until strict methods answer again, and the gateway reaches auth: the next case is about something else. */
async function followedAgain(stage: Stage, accessToken: string): Promise<void> {
  for (const deadline = performance.now() + 30_000; ;) {
    const { grpc, http } = await strictly(stage, accessToken);
    const { status } = await stage.rest('GET', '/v1/accounts/me', { headers: bearer(accessToken) });
    if (grpc !== 'UNAVAILABLE' && http !== 503 && status === 200) return;
    if (performance.now() > deadline) throw new Error('the verifiers did not find auth again');
    await delay(200);
  }
}

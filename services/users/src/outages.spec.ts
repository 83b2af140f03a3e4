import { describe, expect, it } from '@jest/globals';
import { eventually, freePort, restartableDatabase, startSpecIssuer } from '@gatehouse/testing';
import { MIGRATIONS, runningUsers, silentLog, specSettings } from './spec/running-users.js';
import { startUsers } from './start-users.js';

const readiness = async (healthPort: number) => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status;

describe('a database that is down', () => {
  it('is UNAVAILABLE to every caller, and served again when it is back', async () => {
    const database = await restartableDatabase({ migrations: MIGRATIONS });
    const running = await runningUsers({ databaseUrl: database.url });
    const ann = await running.person('Ann');
    await eventually(async () => expect(await readiness(running.service.healthPort)).toBe(200));

    await database.stop();
    const down = { code: 14, reason: 'DATABASE_UNAVAILABLE' };
    const { call, getProfile, listUsers, eraseUser, deleteUser } = running;
    await expect(call(getProfile, {}, ann)).rejects.toMatchObject(down);
    const everyone = { pageSize: 0, pageToken: '', query: '' };
    await expect(call(listUsers, everyone, ann)).rejects.toMatchObject(down);
    await expect(call(eraseUser, { id: ann.subject }, running.auths)).rejects.toMatchObject(down);
    await expect(call(deleteUser, { id: ann.subject }, ann)).rejects.toMatchObject(down);
    await expect(call(getProfile, {})).rejects.toMatchObject({ code: 16, reason: 'UNAUTHENTICATED' });
    await eventually(async () => expect(await readiness(running.service.healthPort)).toBe(503));

    await database.start();
    await eventually(() => call(getProfile, {}, ann));
    await call(deleteUser, { id: ann.subject }, ann);
    await eventually(async () => expect(await readiness(running.service.healthPort)).toBe(200));
    await running.close();
    await database.drop();
  });
});

describe('auth that is down', () => {
  it('changes nothing for those who hold an access token', async () => {
    const running = await runningUsers();
    const ann = await running.person('Ann');
    running.issuer.close();
    const { call, getProfile, getUser, deleteUser } = running;
    await call(getProfile, {}, ann);
    const newcomer = running.user();
    await call(getUser, { id: ann.subject }, newcomer);
    const forged = { subject: ann.subject, accessToken: `${ann.accessToken.slice(0, -8)}AAAAAAAA` };
    await expect(call(getProfile, {}, forged)).rejects.toMatchObject({ code: 16, reason: 'UNAUTHENTICATED' });

    const away = { code: 14, reason: 'PEER_UNAVAILABLE' };
    await expect(call(deleteUser, { id: ann.subject }, ann)).rejects.toMatchObject(away);
    await call(getProfile, {}, ann);
    await running.close();
  });

  it('does not keep a service from starting, which becomes ready by itself', async () => {
    const database = await restartableDatabase({ migrations: MIGRATIONS });
    const port = await freePort();
    const first = await startSpecIssuer();
    first.close();
    const service = await startUsers(
      specSettings(database.url, `127.0.0.1:${port}`, first.issuer),
      silentLog,
    );
    expect(await readiness(service.healthPort)).toBe(503);
    const issuer = await startSpecIssuer({ port });
    await eventually(async () => expect(await readiness(service.healthPort)).toBe(200), 20_000);
    await service.stop();
    issuer.close();
    await database.drop();
  });
});

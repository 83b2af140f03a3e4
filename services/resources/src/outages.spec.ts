import { describe, expect, it } from '@jest/globals';
import { eventually, freePort, restartableDatabase, startSpecIssuer } from '@gatehouse/testing';
import { randomUUID } from 'node:crypto';
import { MIGRATIONS, runningResources, silentLog, specSettings } from './spec/running-resources.js';
import { startResources } from './start-resources.js';

const readiness = async (healthPort: number) => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status;

describe('a database that is down', () => {
  it('is UNAVAILABLE to every caller, and served again when it is back', async () => {
    const database = await restartableDatabase({ migrations: MIGRATIONS });
    const running = await runningResources({ databaseUrl: database.url });
    const ann = running.user();
    const { id } = await running.create(ann, { title: 'Plan' });

    await database.stop();
    const calls = [
      () => running.create(ann, { title: 'Late' }),
      () => running.get(ann, id),
      () => running.list(ann),
      () => running.update(ann, { id, title: 'Late' }),
      () => running.delete(ann, id),
      () => running.share(ann, id, randomUUID()),
      () => running.unshare(ann, id, randomUUID()),
      () => running.listShares(ann, id),
      () => running.erase(running.auth, ann.subject),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: 14, reason: 'DATABASE_UNAVAILABLE' });
    }
    await expect(running.get(undefined, id)).rejects.toMatchObject({ code: 16, reason: 'UNAUTHENTICATED' });
    await eventually(async () => expect(await readiness(running.service.healthPort)).toBe(503));

    await database.start();
    expect((await eventually(() => running.get(ann, id))).title).toBe('Plan');
    await eventually(async () => expect(await readiness(running.service.healthPort)).toBe(200));
    await running.close();
    await database.drop();
  });
});

describe('auth that is down', () => {
  it('changes nothing for those who hold an access token', async () => {
    const running = await runningResources();
    const ann = running.user();
    const { id } = await running.create(ann, { title: 'Plan' });
    running.issuer.close();
    await running.get(ann, id);
    const newcomer = running.user();
    await running.create(newcomer, { title: 'Mine' });
    const forged = { subject: ann.subject, accessToken: `${ann.accessToken.slice(0, -8)}AAAAAAAA` };
    await expect(running.get(forged, id)).rejects.toMatchObject({ code: 16, reason: 'UNAUTHENTICATED' });
    await running.close();
  });

  it('does not keep a service from starting, which becomes ready by itself', async () => {
    const database = await restartableDatabase({ migrations: MIGRATIONS });
    const port = await freePort();
    const first = await startSpecIssuer();
    first.close();
    const service = await startResources(
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

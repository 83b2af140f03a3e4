import { restartableDatabase, eventually } from '@gatehouse/testing';
import { createAccount } from '../account/create-account.js';
import { readAuthSettings } from '../config.js';
import { MIGRATIONS, PASSWORD, silentLog, specEnvironment } from '../spec/running-auth.js';
import { callsFrom } from '../spec/sign-in-from.js';
import { startAuth } from '../start-auth.js';

const EMAIL = 'ada@gatehouse.test';

describe('without the store of the limits', () => {
  it('nobody passes, and everybody is told that it is an outage', async () => {
    const database = await restartableDatabase({ migrations: MIGRATIONS });
    const service = await startAuth(readAuthSettings(specEnvironment(database.url)), silentLog);
    const calls = callsFrom(service.port);
    const origin = { action: 'Spec', actor: undefined, traceId: '0'.repeat(32), requestId: 'spec' };
    await createAccount(service.context, { email: EMAIL, password: PASSWORD, displayName: 'Ada' }, origin);
    expect((await calls.login(EMAIL, '')).reason).toBe('OK');

    await database.stop();
    for (const password of [PASSWORD, 'not the password of anybody']) {
      const refused = await calls.login(EMAIL, '', password);
      expect(refused).toMatchObject({ reason: 'DATABASE_UNAVAILABLE', error: { code: 14 } });
    }
    expect((await calls.register('bob@gatehouse.test', '')).reason).toBe('DATABASE_UNAVAILABLE');
    await database.start();
    await eventually(async () => expect((await calls.login(EMAIL, '')).reason).toBe('OK'));

    calls.close();
    await service.stop();
    await database.drop();
  });
});

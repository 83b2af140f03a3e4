import { formatApiKey, parseApiKey } from '@gatehouse/api-key';
import type { Call } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { randomUUID } from 'node:crypto';
import { AuthContext } from '../auth-context.js';
import { readAuthSettings } from '../config.js';
import { Retention } from '../retention.js';
import { apiKeyCalls, type ApiKeyCalls } from '../spec/api-key-calls.js';
import { reasonOf, runningAuth, silentLog, specEnvironment, type RunningAuth } from '../spec/running-auth.js';
import { startAuth } from '../start-auth.js';
import { ApiKeySecrets } from './api-key-secrets.js';
import { exchangeApiKey } from './exchange-api-key.js';

let auth: RunningAuth;
let keys: ApiKeyCalls;
beforeAll(async () => {
  auth = await runningAuth();
  keys = apiKeyCalls(auth.service.port);
});
afterAll(async () => {
  keys.close();
  await auth.close();
});

/** Every way to write the secret of a key. */
const spellings = (text: string) => {
  const secret = Buffer.from(parseApiKey(text)!.secret);
  return [text, text.slice(31), text.slice(31, 74), secret.toString('hex'), secret.toString('base64')];
};

describe('an API key', () => {
  it('is refused without a word to the database when a character is wrong', async () => {
    const nowhere = readAuthSettings(specEnvironment('postgres://nobody:nothing@127.0.0.1:1/none'));
    const context = new AuthContext(nowhere, silentLog);
    const exchange = (text: string) => reasonOf(exchangeApiKey(context, text, {} as Call));
    try {
      const { text } = new ApiKeySecrets('test').make();
      expect(await exchange(text)).toBe('DATABASE_UNAVAILABLE');
      for (let at = 0; at < text.length; at++) {
        const other = text[at] === 'a' ? 'b' : 'a';
        expect(await exchange(text.slice(0, at) + other + text.slice(at + 1))).toBe('CREDENTIAL_INVALID');
      }
      expect(await exchange(new ApiKeySecrets('live').make().text)).toBe('CREDENTIAL_INVALID');
    } finally {
      await context.database.close();
    }
  });

  it('says where it was made, by the environment of the service', () => {
    const context = (more: Record<string, string>) =>
      new AuthContext(
        readAuthSettings({ ...specEnvironment('postgres://nobody:nothing@127.0.0.1:1/none'), ...more }),
        silentLog,
      );
    const made = (of: AuthContext) => parseApiKey(of.apiKeySecrets.make().text)!.environment;
    expect(made(context({}))).toBe('test');
    expect(made(context({ GATEHOUSE_ENVIRONMENT: 'production' }))).toBe('live');
  });

  it('cannot be made from a dump of the database', async () => {
    const { accessToken } = await auth.signedIn();
    const made = await keys.create(accessToken);
    const { id, secret } = await keys.rotate(made.id, accessToken);
    await keys.exchange(secret);
    const { sql } = auth.database;
    const tables = await sql<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public'`;
    const rows = await Promise.all(
      tables.map(({ name }) => sql<{ row: string }[]>`select t::text as row from ${sql(name)} t`),
    );
    const dump = rows
      .flat()
      .map(({ row }) => row)
      .join('\n');
    expect(dump).toContain(id);
    for (const spelling of spellings(secret)) expect(dump).not.toContain(spelling);
    // What is stored proves nothing.
    const [stored] = await sql<[{ secret_hash: Buffer }]>`select secret_hash from api_key where id = ${id}`;
    const forged = formatApiKey({ environment: 'test', id, secret: stored.secret_hash });
    expect(await reasonOf(keys.exchange(forged))).toBe('CREDENTIAL_INVALID');
  });

  it('is in no line of the log, accepted or refused', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLogger({ service: 'auth', level: 'trace', destination });
    const replica = await startAuth(readAuthSettings(auth.environment), log);
    const calls = apiKeyCalls(replica.port);
    const texts: string[] = [];
    try {
      const { accessToken } = await auth.signedIn();
      const made = await calls.create(accessToken);
      texts.push(made.secret, (await calls.rotate(made.id, accessToken, 0)).secret);
      texts.push(new ApiKeySecrets('test').make().text, `${made.secret.slice(0, -6)}000000`);
      for (const text of texts) await reasonOf(calls.exchange(text));
    } finally {
      calls.close();
      await replica.stop();
    }
    const logged = lines.join('');
    for (const reason of ['API_KEY_REVOKED', 'API_KEY_UNKNOWN', 'API_KEY_MALFORMED']) {
      expect(logged).toContain(reason);
    }
    for (const text of texts.slice(0, 3).flatMap(spellings)) expect(logged).not.toContain(text);
    expect(logged).not.toContain(texts[3]);
  });

  it('is forgotten a month after its end', async () => {
    const { accessToken, id: owner } = await auth.signedIn();
    const { sql } = auth.database;
    const made = [];
    for (let n = 0; n < 5; n++) made.push(await keys.create(accessToken));
    const [good, lately, expired, revoked, rotated] = made.map(({ id }) => id);
    const successor = await keys.rotate(rotated!, accessToken);
    for (const id of [lately!, revoked!, successor.id]) await keys.revoke(id, accessToken);
    const ago = (days: number) => sql`clock_timestamp() - ${days} * interval '1 day'`;
    await sql`update api_key set revoked_at = ${ago(29)} where id = ${lately!}`;
    await sql`update api_key set expires_at = ${ago(31)} where id = ${expired!}`;
    await sql`update api_key set revoked_at = ${ago(31)} where id = any(${[revoked!, successor.id]})`;
    await new Retention(auth.context, silentLog).sweep();
    const rows = await sql`select id, successor_id from api_key where account_id = ${owner}`;
    expect(rows.map(({ id }) => String(id)).sort()).toEqual([good, lately, rotated].sort());
    expect(rows.every(({ successor_id }) => successor_id === null)).toBe(true);
  });

  it('keeps to one successor whatever the code does', async () => {
    const { accessToken } = await auth.signedIn();
    const [one, other] = [await keys.create(accessToken), await keys.create(accessToken)];
    const next = await keys.rotate(one.id, accessToken);
    const { sql } = auth.database;
    await expect(
      sql`update api_key set successor_id = ${next.id} where id = ${other.id}`,
    ).rejects.toMatchObject({ constraint_name: 'api_key_one_predecessor' });
    await expect(
      sql`update api_key set successor_id = ${randomUUID()} where id = ${other.id}`,
    ).rejects.toMatchObject({ constraint_name: 'api_key_successor' });
  });
});

import { eventually, freePort } from '@gatehouse/testing';
import { accountCalls, type AccountCalls } from '../spec/account-calls.js';
import { codeIn, mailServer } from '../spec/mail-server.js';
import { reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { MAIL_TOPIC, mailEvent } from './mail-event.js';
import { mailText } from './mail-text.js';
import { Postman } from './postman.js';
import { silentLog } from '../spec/running-auth.js';
import type { Mail } from './mail-transport.js';

const NEW_PASSWORD = 'a lantern under the bridge';

describe('the postman', () => {
  let port: number;
  let auth: RunningAuth;
  let accounts: AccountCalls;
  beforeAll(async () => {
    port = await freePort();
    auth = await runningAuth({
      GATEHOUSE_MAIL: 'on',
      GATEHOUSE_SMTP_URL: `smtp://127.0.0.1:${port}`,
      GATEHOUSE_MAIL_FROM: 'no-reply@gatehouse.example',
    });
    accounts = accountCalls(auth.service.port);
  });
  afterAll(async () => {
    accounts.close();
    await auth.close();
  });
  afterEach(async () => {
    await auth.database.sql`delete from outbox`;
  });

  const waiting = () =>
    auth.database.sql<
      { attempts: number; parked: boolean; last_error: string }[]
    >`select attempts, parked_at is not null as parked, last_error from outbox where topic = ${MAIL_TOPIC} order by id`;
  const tried = () =>
    eventually(async () => {
      const [first] = await waiting();
      expect(first?.attempts).toBeGreaterThan(0);
    });

  it('tries again until the server is there', async () => {
    const { email } = await auth.signedIn();
    await accounts.requestReset(email);
    await tried();
    const server = await mailServer(port);
    try {
      await eventually(() => expect(server.to(email)).toHaveLength(1));
      expect(await reasonOf(accounts.reset(codeIn(server.to(email)[0]!), NEW_PASSWORD))).toBe('OK');
      await eventually(async () => expect(await waiting()).toHaveLength(0));
    } finally {
      await server.close();
    }
  });

  it('parks at once what is refused for good, which holds back no later mail', async () => {
    const { email } = await auth.signedIn();
    const server = await mailServer(port);
    try {
      for (const at of ['recipient', 'content'] as const) {
        server.refuse({ at, code: 550 });
        await accounts.requestReset(email);
        await eventually(async () =>
          expect((await waiting()).at(-1)).toMatchObject({ parked: true, attempts: 1 }),
        );
      }
      for (const { last_error: error } of await waiting()) expect(error).not.toContain(email);
      server.refuse();
      await accounts.requestReset(email);
      await eventually(() => expect(server.to(email)).toHaveLength(1));
    } finally {
      await server.close();
    }
  });

  it.each([
    ['is refused for now', { at: 'recipient', code: 450 }],
    ['is refused for the sake of the sender, which is a setting', { at: 'sender', code: 550 }],
  ] as const)('keeps what %s', async (_, refusal) => {
    const { email } = await auth.signedIn();
    const server = await mailServer(port);
    try {
      server.refuse(refusal);
      await accounts.requestReset(email);
      await tried();
      expect((await waiting())[0]).toMatchObject({ parked: false });
      server.refuse();
      await eventually(() => expect(server.to(email)).toHaveLength(1));
    } finally {
      await server.close();
    }
  });

  it('sends plain text with headers that are ours alone, whatever the address holds', async () => {
    const { id, email } = await auth.signedIn();
    const hostile = `${email}>,\r\nBcc: eve@gatehouse.test\r\nRCPT TO:<eve@gatehouse.test`;
    await auth.database.sql`update account set email = ${hostile} where id = ${id}`;
    const server = await mailServer(port);
    try {
      await accounts.requestReset(email);
      const plain = await auth.signedIn();
      await accounts.requestReset(plain.email);
      await eventually(() => expect(server.to(plain.email)).toHaveLength(1));
      const { source } = server.to(plain.email)[0]!;
      expect(source).toMatch(/^Content-Type: text\/plain; charset=utf-8/m);
      expect(source).toMatch(/^Auto-Submitted: auto-generated\r$/m);
      expect(source).toMatch(/^Message-ID: <[0-9a-f-]{36}@gatehouse\.example>\r$/m);
      expect(server.to('eve@gatehouse.test')).toHaveLength(0);
      for (const mail of server.mails) expect(mail.source).not.toMatch(/^Bcc:/im);
    } finally {
      await server.close();
    }
  });

  describe('with a mail that it is given by hand', () => {
    const linkUrl = 'https://gatehouse.example';
    const signal = new AbortController().signal;
    const sent: Mail[] = [];
    const postman = () =>
      new Postman({
        context: auth.context,
        transport: async (mail) => void sent.push(mail),
        linkUrl,
        log: silentLog,
      });
    const event = (accountId: string | undefined, eventId: string, createTime = new Date()) => ({
      ...mailEvent('password_reset', accountId),
      id: 1n,
      eventId,
      createTime,
      attempt: 1,
    });
    const code = (mail: Mail | undefined) => /^Your code: (.*)$/m.exec(mail?.text ?? '')?.[1] ?? '';
    beforeEach(() => sent.splice(0));

    it('shows the same code at every attempt, and none that was used', async () => {
      const { id } = await auth.signedIn();
      const first = event(id, '00000000-0000-4000-8000-000000000001');
      await postman().deliver(first, signal);
      await postman().deliver(first, signal);
      expect(sent).toHaveLength(2);
      expect(sent[1]).toEqual(sent[0]);
      await accounts.reset(code(sent[0]), NEW_PASSWORD);
      await postman().deliver(first, signal);
      expect(sent).toHaveLength(2);
      expect(await reasonOf(accounts.reset(code(sent[0]), NEW_PASSWORD))).toBe('CODE_INVALID');
    });

    it('keeps the code that was asked for last, in whatever order the mails leave', async () => {
      const { id } = await auth.signedIn();
      const now = Date.now();
      const older = event(id, '00000000-0000-4000-8000-000000000002', new Date(now - 1_000));
      const newer = event(id, '00000000-0000-4000-8000-000000000003', new Date(now));
      await postman().deliver(newer, signal);
      await postman().deliver(older, signal);
      expect(sent).toHaveLength(1);
      expect(await reasonOf(accounts.reset(code(sent[0]), NEW_PASSWORD))).toBe('OK');
    });

    it('drops what nobody can use: a code that ended while it waited, an account that is gone or suspended', async () => {
      const { id } = await auth.signedIn();
      const suspended = await auth.signedIn();
      await auth.database.sql`update account set suspended_at = now() where id = ${suspended.id}`;
      const late = new Date(Date.now() - 31 * 60_000);
      await postman().deliver(event(id, '00000000-0000-4000-8000-000000000004', late), signal);
      await postman().deliver(event(suspended.id, '00000000-0000-4000-8000-000000000005'), signal);
      await postman().deliver(event(undefined, '00000000-0000-4000-8000-000000000006'), signal);
      const nobody = '00000000-0000-4000-8000-00000000dead';
      await postman().deliver(event(nobody, '00000000-0000-4000-8000-000000000007'), signal);
      expect(sent).toEqual([]);
    });
  });
});

describe('the text of a mail', () => {
  const code = { text: 'A'.repeat(43), expireTime: new Date('2030-01-02T03:04:05Z') };

  it.each(['password_reset', 'email_verification', 'password_changed', 'account_exists'] as const)(
    'is for people, and its calls can be pasted: %s',
    (kind) => {
      const { subject, text } = mailText(kind, 'https://gatehouse.example', code);
      expect(subject).not.toMatch(/[\r\n]/);
      expect(text).not.toContain('<');
      expect(text).not.toContain('undefined');
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
      for (const [, json = ''] of text.matchAll(/-d '(\{[^']*\})'/g))
        expect(() => JSON.parse(json)).not.toThrow();
    },
  );

  it('says when a code ends', () => {
    expect(mailText('password_reset', 'https://gatehouse.example', code).text).toContain(
      '2030-01-02 03:04 UTC',
    );
  });
});

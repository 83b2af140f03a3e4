import { inspect } from 'node:util';
import { UndeliverableEvent } from '@gatehouse/postgres';
import { freePort } from '@gatehouse/testing';
import { mailServer, type MailServer } from '../spec/mail-server.js';
import { smtpTransport } from './smtp-transport.js';

const FROM = 'Gatehouse <no-reply@gatehouse.example>';
const mail = { id: 'one', to: 'ada@gatehouse.test', subject: 'Hello', text: 'Your code: canary\n' };

describe('mails by SMTP', () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await mailServer();
  });
  afterEach(() => server.refuse());
  afterAll(() => server.close());

  const send = (url: string, signal = AbortSignal.timeout(10_000)) => smtpTransport(url, FROM)(mail, signal);
  const failure = (sent: Promise<void>) =>
    sent.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('arrive', async () => {
    await send(server.url);
    expect(server.mails.at(-1)).toMatchObject({
      from: 'no-reply@gatehouse.example',
      to: ['ada@gatehouse.test'],
      text: mail.text,
    });
  });

  it('do not go to another machine in the clear, unless that is said', async () => {
    const count = server.mails.length;
    // This machine by a name that does not say so.
    const elsewhere = `smtp://0.0.0.0:${server.port}`;
    expect(await failure(send(elsewhere))).toBeInstanceOf(Error);
    expect(server.mails).toHaveLength(count);
    await send(`${elsewhere}/?requireTLS=false`);
    expect(server.mails).toHaveLength(count + 1);
  });

  it.each([
    ['recipient', 550, true],
    ['recipient', 450, false],
    ['content', 554, true],
    ['content', 451, false],
    ['sender', 550, false],
  ] as const)('refused at the %s with %i are given up: %s', async (at, code, givenUp) => {
    server.refuse({ at, code });
    const error = await failure(send(server.url));
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof UndeliverableEvent).toBe(givenUp);
    // An error is logged, and kept in the outbox.
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/ada@|canary/);
    expect(String(error)).toContain(String(code));
  });

  it('fail when nobody listens, and are given up when their time is over', async () => {
    expect(await failure(send(`smtp://127.0.0.1:${await freePort()}`))).not.toBeInstanceOf(
      UndeliverableEvent,
    );
    const aborted = await failure(send(server.url, AbortSignal.abort()));
    expect(aborted).toBeInstanceOf(Error);
    expect(aborted).not.toBeInstanceOf(UndeliverableEvent);
  });
});

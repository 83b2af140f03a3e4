import { eventually } from '@gatehouse/testing';
import { fakeProviders } from '../spec/fake-providers.js';
import { mailServer } from '../spec/mail-server.js';
import { LoginBrowser, reasonOn } from '../spec/provider-login.js';
import { ISSUER, runningAuth } from '../spec/running-auth.js';

/** Of the fakes' people: GitHub does not give her mailbox out. */
const OLGA = { subject: '1003', email: 'olga@elsewhere.example' };

/** Of `docs/limits.md`. */
const MAILS = 3;
const BEGUN_LOGINS = 300;

it('limits hold for whoever comes by a provider: on mails, of which nobody is told, and on the way there', async () => {
  const server = await mailServer();
  const fakes = await fakeProviders();
  const auth = await runningAuth({
    GATEHOUSE_HTTP_PORT: '0',
    GATEHOUSE_MAIL: 'on',
    GATEHOUSE_SMTP_URL: server.url,
    GATEHOUSE_LIMIT_SCALE: '1',
    ...fakes.settings,
  });
  const browser = new LoginBrowser(auth.service.httpPort!);

  const texts = new Set<string>();
  for (let round = 0; round <= MAILS + 1; round++) {
    texts.add((await browser.signIn('github', fakes.github, OLGA.subject)).text);
  }
  expect(texts.size).toBe(1);
  await eventually(async () => {
    expect(await auth.database.sql`select from outbox where topic = 'mail'`).toHaveLength(0);
  });
  expect(server.to(OLGA.email)).toHaveLength(MAILS);

  const stopAt = () => true;
  const begin = () => browser.visit(`${ISSUER}/login/google`, { stopAt });
  for (let count = MAILS + 2; count < BEGUN_LOGINS; count++) expect((await begin()).status).toBe(303);
  const page = await begin();
  expect([page.status, reasonOn(page)]).toEqual([429, 'TOO_MANY_ATTEMPTS']);

  await auth.close();
  await fakes.close();
  await server.close();
});

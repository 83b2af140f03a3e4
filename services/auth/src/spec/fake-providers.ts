import { writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeGithub, startFakeGoogle, type FakePerson } from '@gatehouse/testing';
import { ISSUER } from './running-auth.js';

const CLIENT_ID = 'gatehouse-spec';
const CLIENT_SECRET = 'the secret that a provider gave us';

/** People that the fakes know. */
export const PEOPLE = {
  /** Google gives her mailbox out. */
  gina: person('1001', 'Gina', 'gina@gmail.com'),
  /** Google runs the mailboxes of her company. */
  wilma: { ...person('1002', 'Wilma', 'wilma@corp.example'), hostedDomain: 'corp.example' },
  /** Her address was verified by somebody else's mail server, at some time. */
  olga: person('1003', 'Olga', 'olga@elsewhere.example'),
  /** Her address never was. */
  una: { ...person('1004', 'Una', 'una@gmail.com'), emails: [{ address: 'una@gmail.com', verified: false }] },
  /** She has none. */
  nora: { subject: '1005', name: 'Nora', emails: [] },
} as const satisfies Record<string, FakePerson>;

function person(subject: string, name: string, address: string): FakePerson {
  return { subject, name, emails: [{ address, verified: true }] };
}

/** Where a provider sends browsers back to. */
export const redirectUriOf = (name: string) => `${ISSUER}/login/callback/${name}`;

/** A fake Google and a fake GitHub, and the settings with which auth knows them. */
export async function fakeProviders() {
  const people = Object.values(PEOPLE);
  const client = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, people };
  const google = await startFakeGoogle({
    ...client,
    redirectUris: [redirectUriOf('google'), redirectUriOf('corp')],
  });
  const github = await startFakeGithub({ ...client, redirectUris: [redirectUriOf('github')] });
  const clientSecretFile = join(await mkdtemp(join(tmpdir(), 'gatehouse-')), 'client-secret');
  await writeFile(clientSecretFile, CLIENT_SECRET);
  const shared = { clientId: CLIENT_ID, clientSecretFile };
  const providers = [
    { kind: 'google', ...shared, issuer: google.url },
    { kind: 'github', ...shared, url: github.url, apiUrl: `${github.url}/api/v3` },
    // The same party once more, known by nothing but its issuer.
    { kind: 'oidc', ...shared, name: 'corp', displayName: 'Corp', issuer: google.url },
  ];
  return {
    google,
    github,
    settings: {
      GATEHOUSE_IDENTITY_PROVIDERS: JSON.stringify(providers),
      GATEHOUSE_OUTBOUND_ADDRESSES: 'any',
    },
    /** Well again, with nobody chosen and nothing asked. */
    reset() {
      for (const fake of [google, github]) {
        fake.fault = fake.signsIn = undefined;
        fake.asked.length = 0;
      }
    },
    close: () => Promise.all([google.close(), github.close()]),
  };
}

export type FakeProviders = Awaited<ReturnType<typeof fakeProviders>>;

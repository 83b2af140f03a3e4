import type { FakePerson } from './fake-person.js';

/** Who can sign in at the fakes of a system that somebody tries out. */
export const DEMO_PEOPLE: Readonly<Record<'google' | 'github', readonly FakePerson[]>> = {
  google: [
    person('104000000000000000001', 'Gina Gmail', 'gina@gmail.com'),
    { ...person('104000000000000000002', 'Wes Workspace', 'wes@corp.example'), hostedDomain: 'corp.example' },
    person('104000000000000000003', 'Elsa Elsewhere', 'elsa@elsewhere.example'),
  ],
  github: [
    person('583231', 'Olga Octocat', 'olga@octo.example'),
    person('583232', 'Max Mailer', 'max@elsewhere.example'),
    { subject: '583233', name: 'Nora Noreply', emails: [] },
  ],
};

function person(subject: string, name: string, address: string): FakePerson {
  return { subject, name, emails: [{ address, verified: true }] };
}

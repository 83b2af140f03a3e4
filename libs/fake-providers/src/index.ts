export { DEMO_PEOPLE } from './demo-people.js';
export { startFakeGithub } from './fake-github.js';
export { startFakeGoogle } from './fake-google.js';
export type { FakeEmail, FakePerson } from './fake-person.js';
export type { FakeClient, FakeProvider, FakeProviderOptions } from './fake-provider.js';
export { FAULTS, GITHUB_FAULTS, GOOGLE_FAULTS, VICTIM, type ProviderFault } from './fault.js';

export { SpecAuditSink } from './audit-sink.js';
export { eventually } from './eventually.js';
export type { FakePerson, FakeProvider, ProviderFault } from '@gatehouse/fake-providers';
export { startFakeGithub, startFakeGoogle } from './fake-providers.js';
export { freePort } from './free-port.js';
export { type FrozenClock, frozenClock } from './frozen-clock.js';
export type { CollectedSpan } from './otlp-spans.js';
export { createProofKey, type SpecProofKey, type SpecProofRequest } from './proof-key.js';
export { restartableDatabase, type RestartableDatabase } from './restartable-database.js';
export {
  RoamingBrowser,
  type RoamingBrowserOptions,
  type BrowserPage,
  type BrowserVisit,
} from './roaming-browser.js';
export { createSigningKey } from './signing-key.js';
export type { SpecPublicJwk, SpecSigningKey } from './signing-key.js';
export { SpanCollector } from './span-collector.js';
export {
  createSpecAuthority,
  type SpecAuthority,
  type SpecCertificate,
  type SpecCertificateOptions,
} from './spec-authority.js';
export { SpecFeed, type SpecBegin } from './spec-feed.js';
export { startSpecIssuer } from './spec-issuer.js';
export type { SpecIssuer, SpecIssuerOptions } from './spec-issuer.js';
export { SpecName } from './spec-name.js';
export { specTelemetry, type SpecPoint, type SpecTelemetry } from './spec-telemetry.js';
export { type TestDatabase, testDatabase } from './test-database.js';

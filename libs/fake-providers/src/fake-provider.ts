import type { FakePerson } from './fake-person.js';
import type { ProviderFault } from './fault.js';

/** The client that signs people in at a fake provider. */
export interface FakeClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
}

/** Who runs as a provider, for which client. */
export interface FakeProviderOptions extends FakeClient {
  /** Where it listens; on this machine alone and at a free port unless told. */
  readonly host?: string;
  readonly port?: number;
  /** What browsers and services call it; where it listens unless told. */
  readonly url?: string;
  readonly people: readonly FakePerson[];
  /** Whose address the fault `victim-email` shows. */
  readonly victim?: string;
}

/** A provider that runs. Its members are changed to have it behave otherwise, from the next request on. */
export interface FakeProvider {
  readonly url: string;
  /** By subject. */
  readonly people: Map<string, FakePerson>;
  fault: ProviderFault | undefined;
  /** The subject that signs in without being asked; undefined asks, on a page. */
  signsIn: string | undefined;
  /** The paths that services asked for, in their order. */
  readonly asked: string[];
  close(): Promise<void>;
}

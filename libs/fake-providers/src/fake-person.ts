/** An address of somebody, as a provider has it. */
export interface FakeEmail {
  readonly address: string;
  readonly verified: boolean;
}

/** Somebody who has an account at a fake provider. */
export interface FakePerson {
  /** What the provider calls the person for ever: digits. */
  readonly subject: string;
  readonly name: string;
  /** The first is the primary one. */
  readonly emails: readonly FakeEmail[];
  /** The Google Workspace that the account belongs to. */
  readonly hostedDomain?: string;
}

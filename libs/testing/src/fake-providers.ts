import type { FakeProvider, FakeProviderOptions } from '@gatehouse/fake-providers';

// Loaded when they are asked for: most suites have no use for an OpenID provider.

/** A Google on this machine, which can be told to misbehave. */
export async function startFakeGoogle(options: FakeProviderOptions): Promise<FakeProvider> {
  const fakes = await import('@gatehouse/fake-providers');
  return fakes.startFakeGoogle(options);
}

/** A GitHub on this machine, which can be told to misbehave. */
export async function startFakeGithub(options: FakeProviderOptions): Promise<FakeProvider> {
  const fakes = await import('@gatehouse/fake-providers');
  return fakes.startFakeGithub(options);
}

import { describe, expect, it } from '@jest/globals';
import { callersOf, serviceNames } from '@gatehouse/grpc';
import { clientPermissions, serviceAudiences } from './clients.js';

describe('a service that may do something at another', () => {
  const pairs = serviceNames.flatMap((client) =>
    serviceAudiences().flatMap((audience) =>
      clientPermissions(client, audience) ? [[client, audience]] : [],
    ),
  );

  it.each(pairs)('may connect to it: %s to %s', (client, audience) => {
    const service = serviceNames.find((name) => name === audience);
    expect(service && callersOf(service)).toContain(client);
  });

  it('is every client that has permissions', () => expect(pairs).toHaveLength(5));
});

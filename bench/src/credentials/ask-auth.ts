import { contract } from '@gatehouse/contracts';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc/client';
import { ServiceIdentity } from '@gatehouse/guard';
import type { ResourcesSettings } from '@gatehouse/resources/config';
import type { Ask } from './asking-guard.js';

/** Token introspection (RFC 7662) at auth; no answer is kept. */
export function askAuth(settings: ResourcesSettings): Ask {
  const { AUTH_ADDRESS: address, CLIENT_SECRET: clientSecret } = settings;
  const identity = new ServiceIdentity({ address, clientId: 'resources', clientSecret });
  const client = openClient(TokenServiceClient, address, contract);
  const introspect = client.introspect.bind(client);
  return async (credential) => {
    const options = { timeoutMs: 2_000, accessToken: await identity.accessToken() };
    const token = await callUnary(introspect, { token: credential }, options);
    if (!token.active) return undefined;
    return {
      subject: token.subject,
      audience: settings.API_AUDIENCE,
      clientId: token.clientId,
      sessionId: undefined,
      tokenId: '',
      credential: 'token_family',
      authTime: undefined,
      isService: false,
      expiresAt: Number(token.expiresAt),
      scope: new Set(token.scope.split(' ')),
    };
  };
}

import type { MethodRule } from '@gatehouse/access';
import type { Person } from '../client/person.js';
import { mintAccessToken } from '../system/listed-key.js';
import { ROLES } from './roles.js';
import type { PrincipalName } from './principals.js';
import type { World } from './world.js';

/** Everything that an admin may do: what is wrong with a credential is never its scope. */
const FULL_SCOPE = ROLES.admin.join(' ');

/** The client of somebody else's that calls in its own name. */
const CLIENT_ID = '5f0c7b1e-6a52-4a4b-9f0e-6d1c2b3a4958';

/**
 * The access token that a principal shows. People sign in; what no login gives is signed with a key that the
 * issuer's key set lists, so that it is refused for the one thing that is wrong with it.
 */
export function credentialOf(
  principal: PrincipalName,
  rule: MethodRule,
  caller: Person | undefined,
  { system, people }: World,
): string | undefined {
  const user = { sub: people.owner.subject, client_id: 'gatehouse-web', sid: 'matrix', scope: FULL_SCOPE };
  switch (principal) {
    case 'none':
      return undefined;
    case 'expired':
      return mintAccessToken(system, { ...user, aud: system.apiAudience }, { issuedAgoSeconds: 600 });
    case 'other audience':
      return mintAccessToken(system, { ...user, aud: 'another-api' });
    case 'service': {
      const permission = rule.access === 'permission' ? rule.permission : undefined;
      const self = { sub: 'auth', client_id: 'auth', scope: permission ?? FULL_SCOPE };
      return mintAccessToken(system, { ...self, aud: serviceOf(rule) });
    }
    case 'client': {
      const self = { sub: CLIENT_ID, client_id: CLIENT_ID, scope: FULL_SCOPE };
      return mintAccessToken(system, { ...self, aud: system.apiAudience });
    }
    default:
      return caller?.accessToken;
  }
}

/** `users` of `/gatehouse.users.v1.UserService/GetUser`. */
export function serviceOf({ method }: MethodRule): 'auth' | 'users' | 'resources' {
  return method.parent.file.proto.package.split('.')[1] as 'auth' | 'users' | 'resources';
}

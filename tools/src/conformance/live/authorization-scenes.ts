import { randomUUID } from 'node:crypto';
import { GetResourceRequest } from '@gatehouse/contracts/resources';
import { goodPerson } from './credential-scenes.js';
import type { Scene } from './scenes.js';
import { bearer, claimsOf, type Method } from './stage.js';

/** Asks for a permission. */
const LIST_RESOURCES: Method = {
  service: 'resources',
  path: '/gatehouse.resources.v1.ResourceService/ListResources',
  verb: 'GET',
  route: '/v1/resources',
};

/** Asks for a sign-in of the last 15 minutes. */
const CREATE_API_KEY: Method = {
  service: 'auth',
  path: '/gatehouse.auth.v1.ApiKeyService/CreateApiKey',
  verb: 'POST',
  route: '/v1/apiKeys',
};

/** What a good access token may not do. */
export const authorizationScenes = {
  'azn-scope-missing': (stage, build) => stage.present(build(), LIST_RESOURCES),

  'azn-client-cred': (stage, build) => stage.present(build()),

  'azn-bola': async (stage, build) => {
    const owner = { sub: randomUUID(), scope: 'resources:read resources:write' };
    const request = { body: { title: 'conformance' }, headers: bearer(build(owner)) };
    const { id } = await stage.succeed('POST', '/v1/resources', request);
    const method: Method = {
      service: 'resources',
      path: '/gatehouse.resources.v1.ResourceService/GetResource',
      verb: 'GET',
      route: `/v1/resources/${String(id)}`,
    };
    const message = Buffer.from(GetResourceRequest.encode({ id: String(id) }).finish());
    const own = await stage.present(build(owner), method, message);
    if (own.grpc !== 'OK' || own.http !== 200) throw new Error('the owner does not see it');
    return stage.present(build({ sub: randomUUID(), scope: 'resources:read' }), method, message);
  },

  'azn-acr': async (stage, build) => {
    const { accessToken } = await goodPerson(stage);
    const { sub, sid, client_id, credential, scope } = claimsOf(accessToken);
    const body = { displayName: 'conformance', permissions: ['resources:read'] };
    // The same sign-in is good for it while it is new.
    await stage.succeed('POST', CREATE_API_KEY.route, { body, headers: bearer(accessToken) });
    return stage.present(build({ sub, sid, client_id, credential, scope }), CREATE_API_KEY);
  },
} satisfies Record<string, Scene>;

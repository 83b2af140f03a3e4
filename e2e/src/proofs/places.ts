import { randomUUID } from 'node:crypto';
import { call, GrpcClients } from '../client/grpc-clients.js';
import { outcomeOf, type Outcome } from '../client/outcome.js';
import { RestClient } from '../client/rest-client.js';
import type { SystemFacts } from '../system/system-facts.js';

/** Somewhere that an access token can be shown. */
export interface Place {
  /** Such as `users 1`. */
  readonly name: string;
  show(accessToken: string): Promise<Outcome>;
}

const LIST = { pageSize: 1, pageToken: '', filter: undefined, orderBy: '' };
const NO_USER = {
  id: '',
  displayName: '',
  email: '',
  createTime: undefined,
  updateTime: undefined,
  etag: '',
};

/** A lenient method of every replica that verifies access tokens, called directly. */
export function lenientPlaces(grpc: GrpcClients, { addresses }: Pick<SystemFacts, 'addresses'>): Place[] {
  return [
    ...replicas('users', addresses.users, (replica, accessToken) => {
      const users = grpc.users(replica);
      return call(users, users.getProfile, {}, accessToken);
    }),
    ...replicas('resources', addresses.resources, (replica, accessToken) => {
      const resources = grpc.resources(replica);
      return call(resources, resources.listResources, LIST, accessToken);
    }),
  ];
}

/** A strict method of the same replicas; for principals that may delete resources. */
export function strictPlaces(grpc: GrpcClients, { addresses }: Pick<SystemFacts, 'addresses'>): Place[] {
  return [
    ...replicas('users', addresses.users, (replica, accessToken) => {
      const users = grpc.users(replica);
      const user = { ...NO_USER, bio: 'Shows what holds.' };
      return call(users, users.updateProfile, { user, updateMask: ['bio'] }, accessToken);
    }),
    ...replicas('resources', addresses.resources, (replica, accessToken) => {
      const resources = grpc.resources(replica);
      return call(resources, resources.deleteResource, { id: randomUUID(), etag: '' }, accessToken);
    }),
  ];
}

/** Each gateway, over REST. */
export function gatewayPlaces({ addresses }: Pick<SystemFacts, 'addresses'>): Place[] {
  return addresses.gateways.map((url, replica) => ({
    name: `gateway ${replica}`,
    show: async (accessToken) => {
      const { status, body } = await new RestClient(url).as(accessToken).get('/v1/users/me');
      if (status === 200) return { code: 'OK', reason: '' };
      return { code: body['code'] as Outcome['code'], reason: String(body['reason']) };
    },
  }));
}

/** Whether the principal was let through: what is not there is not found by those who may look alone. */
export function isAdmitted({ code }: Outcome): boolean {
  return code === 'OK' || code === 'NOT_FOUND';
}

function replicas(
  service: string,
  addresses: readonly string[],
  show: (replica: number, accessToken: string) => Promise<unknown>,
): Place[] {
  return addresses.map((_address, replica) => ({
    name: `${service} ${replica}`,
    show: (accessToken) => outcomeOf(show(replica, accessToken)),
  }));
}

import { randomUUID } from 'node:crypto';
import type { Json } from '../../client/json.js';
import type { SeededRandom } from '../random.js';
import { methodOf, type ContractCall } from './contract-call.js';
import type { Account } from './user-of-load.js';
import { isFree, type Document, type Written } from './written.js';

/** A call and what to note when it has ended. */
export interface PlannedCall extends ContractCall {
  /** Notes what became of it: its reply, or undefined for every failure. */
  readonly settle: (reply: Json | undefined) => void;
}

/** What calls are planned from. */
export interface Planning {
  readonly written: Written;
  readonly random: SeededRandom;
  /** The subjects of everybody. */
  readonly everybody: readonly string[];
}

const RESOURCES = 'gatehouse.resources.v1.ResourceService';
const USERS = 'gatehouse.users.v1.UserService';

const GET_RESOURCE = methodOf(RESOURCES, 'GetResource');
const LIST_RESOURCES = methodOf(RESOURCES, 'ListResources');
const CREATE_RESOURCE = methodOf(RESOURCES, 'CreateResource');
const UPDATE_RESOURCE = methodOf(RESOURCES, 'UpdateResource');
const SHARE_RESOURCE = methodOf('gatehouse.resources.v1.ShareService', 'ShareResource');
const GET_PROFILE = methodOf(USERS, 'GetProfile');
const UPDATE_PROFILE = methodOf(USERS, 'UpdateProfile');

type Plan = (planning: Planning, subject: string, uses: Account['uses']) => PlannedCall;

const read = () => undefined;

const getResource: Plan = ({ written, random }, subject) => {
  const { id } = random.choose(written.resourcesOf(subject));
  return { method: GET_RESOURCE, request: { id }, settle: read };
};

const listResources: Plan = (_planning, subject) => {
  return { method: LIST_RESOURCES, request: { pageSize: 5, filter: { owner: subject } }, settle: read };
};

const getProfile: Plan = () => ({ method: GET_PROFILE, request: {}, settle: read });

/** Without a request_id, which would make it safe to send again: it stands for all that has no such thing. */
const createResource = ({ written }: Planning, owner: string): PlannedCall => {
  const content = randomUUID();
  return {
    method: CREATE_RESOURCE,
    request: { resource: { title: 'Written under load', content } },
    settle: (reply) => {
      if (!reply) return void written.uncertain++;
      written.acknowledged++;
      const { id } = unwrapped(reply, 'resource');
      written.add({ kind: 'resource', id: String(id), owner, acknowledged: content });
    },
  };
};

const updateResource: Plan = (planning, subject) => {
  const document = planning.written.resourcesOf(subject).find(isFree);
  if (!document) return createResource(planning, subject);
  const content = randomUUID();
  return {
    method: UPDATE_RESOURCE,
    request: { resource: { id: document.id, content }, updateMask: 'content' },
    settle: changing(planning.written, document, content),
  };
};

/** No API key changes a profile. */
const updateProfile: Plan = (planning, subject, uses) => {
  const profile = planning.written.profileOf(subject);
  if (uses === 'api key' || !isFree(profile)) return createResource(planning, subject);
  const bio = randomUUID();
  return {
    method: UPDATE_PROFILE,
    request: { user: { bio }, updateMask: 'bio' },
    settle: changing(planning.written, profile, bio),
  };
};

const shareResource: Plan = ({ written, random, everybody }, subject) => {
  const resourceId = random.choose(written.resourcesOf(subject)).id;
  const other = random.choose(everybody.filter((candidate) => candidate !== subject));
  return {
    method: SHARE_RESOURCE,
    request: { resourceId, subject: other, role: 'SHARE_ROLE_VIEWER' },
    settle: (reply) => {
      if (!reply) return void written.uncertain++;
      written.acknowledged++;
      written.shares.push({ resourceId, subject: other });
    },
  };
};

/** How many of a hundred calls are of each kind: 70 read. */
const MIX: readonly (readonly [number, Plan])[] = [
  [35, getResource],
  [15, listResources],
  [20, getProfile],
  [12, createResource],
  [10, updateResource],
  [4, updateProfile],
  [4, shareResource],
];

/** The next call of somebody who has a profile and resources. */
export function planCall(planning: Planning, { subject, uses }: Account): PlannedCall {
  let left = planning.random.between(1, 100);
  const [, plan] = MIX.find(([share]) => (left -= share) <= 0) ?? [0, getProfile];
  return plan(planning, subject, uses);
}

/** What somebody begins with: resources of their own. */
export function firstCalls(planning: Planning, subject: string): PlannedCall[] {
  return Array.from({ length: 4 }, () => createResource(planning, subject));
}

/** The message that a reply is or has, as REST answers some with a member alone. */
export function unwrapped(reply: Json, member: string): Json {
  return (reply[member] as Json | undefined) ?? reply;
}

function changing(written: Written, document: Document, content: string): PlannedCall['settle'] {
  document.isBusy = true;
  return (reply) => {
    document.isBusy = false;
    if (reply) {
      document.acknowledged = content;
      written.acknowledged++;
    } else {
      document.uncertain = content;
      written.uncertain++;
    }
  };
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import type { MethodRule } from '@gatehouse/access';
import { auditEvents, type AuditConditions } from '../client/audit-trail.js';
import { DynamicCalls } from '../client/dynamic-call.js';
import { outcomeOf } from '../client/outcome.js';
import { PATIENCE_MS } from '../client/patience.js';
import type { RestClient } from '../client/rest-client.js';
import { callerOf, expectationOf, rules } from '../matrix/cell.js';
import { credentialOf, serviceOf } from '../matrix/credential.js';
import { expectedOutcome } from '../matrix/expected-outcome.js';
import { PEOPLE, type PrincipalName } from '../matrix/principals.js';
import { roleHolds } from '../matrix/roles.js';
import { World } from '../matrix/world.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const system = sharedSystem();
const world = new World(system);
const calls = new DynamicCalls(system.addresses);
let asAdmin: RestClient;

beforeAll(async () => {
  await world.populate();
  asAdmin = world.rest.as((await signInDemo(system, 'admin')).accessToken);
});
afterAll(async () => {
  calls.close();
  await world.dismissAdmins();
});

const audited = rules.filter((rule) => rule.audited);

/** Where the trail knows what the answer does not tell. */
const UNTOLD: Readonly<Record<string, string>> = {
  '/gatehouse.auth.v1.AccountService/RequestPasswordReset': 'ACCOUNT_UNKNOWN',
};

/** Somebody whom the rule and the rows admit. */
function admitted(rule: MethodRule): PrincipalName {
  if (rule.access === 'public') return 'none';
  if (!rule.callers.has('user')) return 'service';
  const { permission } = rule;
  const { rows = {} } = expectationOf(rule);
  const passes = (name: 'owner' | 'admin') =>
    rows[name] === undefined && (permission === undefined || roleHolds(PEOPLE[name], permission));
  return (['owner', 'admin'] as const).find(passes) ?? 'admin';
}

/** Calls the method and waits for the event that says who did it and what came of it. */
async function leavesEvent(rule: MethodRule, principal: PrincipalName): Promise<void> {
  const expectation = expectationOf(rule);
  const caller = await callerOf(world, principal, expectation);
  const request = await expectation.request({ world, principal, caller });
  const from = new Date().toISOString();
  const accessToken = credentialOf(principal, rule, caller, world);
  const address = system.addresses[serviceOf(rule)][0] as string;
  const expected = expectedOutcome(rule, principal, 'gRPC', expectation);
  expect(await outcomeOf(calls.call(address, rule.method, request, accessToken))).toEqual(expected);

  const outcome = UNTOLD[rule.path] ?? (expected.code === 'OK' ? 'OK' : expected.reason);
  const conditions = { action: rule.method.name, service: serviceOf(rule), outcome, from };
  const actor: AuditConditions = caller === undefined ? {} : { actor: caller.subject };
  await eventually(async () => {
    expect(await auditEvents(asAdmin, { ...conditions, ...actor })).not.toEqual([]);
  }, PATIENCE_MS);
}

describe('an audit event', () => {
  it.each(audited.map((rule) => [rule.path, admitted(rule), rule] as const))(
    'is left when %s is called by %s',
    (_path, principal, rule) => leavesEvent(rule, principal),
  );

  const withheld = audited.filter((rule) => {
    const permission = rule.access === 'public' ? undefined : rule.permission;
    return permission !== undefined && !roleHolds('user', permission);
  });
  it.each(withheld.map((rule) => [rule.path, rule] as const))(
    'is left when %s is refused to a user',
    (_path, rule) => leavesEvent(rule, 'user'),
  );
});

it('there are audited methods in every service', () => {
  expect([...new Set(audited.map(serviceOf))].toSorted()).toEqual(['auth', 'resources', 'users']);
});

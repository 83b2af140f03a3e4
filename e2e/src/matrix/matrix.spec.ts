import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamicCalls } from '../client/dynamic-call.js';
import { outcomeOf } from '../client/outcome.js';
import { sharedSystem } from '../system/shared-system.js';
import { callerOf, expectationOf, restOutcome, routed, routes, rules } from './cell.js';
import { credentialOf, serviceOf } from './credential.js';
import { expectedOutcome } from './expected-outcome.js';
import { EXPECTATIONS } from './expectations/index.js';
import { PRINCIPALS, type PrincipalName } from './principals.js';
import { World } from './world.js';

const system = sharedSystem();
const world = new World(system);
const calls = new DynamicCalls(system.addresses);

beforeAll(() => world.populate());
afterAll(async () => {
  calls.close();
  await world.dismissAdmins();
});

describe.each(rules.map((rule) => [rule.path, rule] as const))('%s over gRPC', (_path, rule) => {
  const expectation = expectationOf(rule);
  const expected = (principal: PrincipalName) => expectedOutcome(rule, principal, 'gRPC', expectation);

  it.each(PRINCIPALS.map((principal) => [principal, expected(principal).code] as const))(
    '%s: %s',
    async (principal) => {
      const caller = await callerOf(world, principal, expectation);
      const request = await expectation.request({ world, principal, caller });
      const replicas = system.addresses[serviceOf(rule)];
      const address = replicas[PRINCIPALS.indexOf(principal) % replicas.length] as string;
      const accessToken = credentialOf(principal, rule, caller, world);
      const outcome = await outcomeOf(calls.call(address, rule.method, request, accessToken));
      expect(outcome).toEqual(expected(principal));
    },
  );
});

describe.each(routed.map((cell) => [`${cell.route.method} ${cell.route.template.text}`, cell] as const))(
  '%s over REST',
  (_label, { rule, route }) => {
    const expectation = expectationOf(rule);
    const expected = (principal: PrincipalName) => expectedOutcome(rule, principal, 'REST', expectation);

    it.each(PRINCIPALS.map((principal) => [principal, expected(principal).code] as const))(
      '%s: %s',
      async (principal) => {
        const caller = await callerOf(world, principal, expectation);
        const message = await expectation.request({ world, principal, caller });
        const rest = world.rest.as(credentialOf(principal, rule, caller, world));
        expect(await restOutcome(rest, { rule, route }, message)).toEqual(expected(principal));
      },
    );
  },
);

describe('the matrix', () => {
  it('has a cell over gRPC for every method and principal, and over REST for every route', () => {
    expect(routed.length).toBe(routes.length);
    expect(rules.length).toBe(Object.keys(EXPECTATIONS).length);
  });
});

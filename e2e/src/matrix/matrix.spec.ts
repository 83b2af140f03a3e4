import { readAccessTable, type MethodRule } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { compileRoutes, httpStatusOf } from '@gatehouse/transcoding';
import { DynamicCalls } from '../client/dynamic-call.js';
import { outcomeOf } from '../client/outcome.js';
import type { Person } from '../client/person.js';
import { restRequest } from '../client/rest-request.js';
import { sharedSystem } from '../system/shared-system.js';
import { credentialOf, serviceOf } from './credential.js';
import { expectedOutcome } from './expected-outcome.js';
import type { Expectation } from './expectation.js';
import { EXPECTATIONS } from './expectations/index.js';
import { isPerson, PEOPLE, PRINCIPALS, type PrincipalName } from './principals.js';
import { World } from './world.js';

const rules = [...readAccessTable(contract).rules.values()];
const { routes } = compileRoutes(contract, { services: ({ typeName }) => typeName.startsWith('gatehouse.') });
const system = sharedSystem();
const world = new World(system);
const calls = new DynamicCalls();

beforeAll(() => world.populate());
afterAll(async () => {
  calls.close();
  await world.dismissAdmins();
});

/** The method's expectation; that there is one for every method is a promise of its own spec. */
function expectationOf({ path }: MethodRule): Expectation {
  const expectation = EXPECTATIONS[path];
  if (!expectation) throw new Error(`${path} has no expectation`);
  return expectation;
}

async function callerOf(principal: PrincipalName, { spends }: Expectation): Promise<Person | undefined> {
  if (!isPerson(principal)) return undefined;
  return spends?.includes(principal) ? world.makePerson(PEOPLE[principal]) : world.people[principal];
}

describe.each(rules.map((rule) => [rule.path, rule] as const))('%s over gRPC', (_path, rule) => {
  const expectation = expectationOf(rule);
  const expected = (principal: PrincipalName) => expectedOutcome(rule, principal, 'gRPC', expectation.rows);

  it.each(PRINCIPALS.map((principal) => [principal, expected(principal).code] as const))(
    '%s: %s',
    async (principal) => {
      const caller = await callerOf(principal, expectation);
      const request = await expectation.request({ world, principal, caller });
      const replicas = [system.addresses[serviceOf(rule)]].flat();
      const address = replicas[PRINCIPALS.indexOf(principal) % replicas.length] as string;
      const accessToken = credentialOf(principal, rule, caller, world);
      const outcome = await outcomeOf(calls.call(address, rule.method, request, accessToken));
      expect(outcome).toEqual(expected(principal));
    },
  );
});

const routed = rules.flatMap((rule) =>
  routes.filter(({ rpc }) => rpc === rule.method).map((route) => ({ rule, route })),
);

describe.each(routed.map((cell) => [`${cell.route.method} ${cell.route.template.text}`, cell] as const))(
  '%s over REST',
  (_label, { rule, route }) => {
    const expectation = expectationOf(rule);
    const expected = (principal: PrincipalName) => expectedOutcome(rule, principal, 'REST', expectation.rows);

    it.each(
      PRINCIPALS.map((principal) => [principal, httpStatusOf(status[expected(principal).code])] as const),
    )('%s: %s', async (principal, httpStatus) => {
      const caller = await callerOf(principal, expectation);
      const message = await expectation.request({ world, principal, caller });
      const { method, target, body } = restRequest(route, message);
      const rest = world.rest.as(credentialOf(principal, rule, caller, world));
      const answer = await rest.request<{ code?: string; reason?: string }>(method, target, body);
      const { code, reason } = expected(principal);
      if (code === 'OK') expect(answer.status).toBe(httpStatus);
      else expect(answer).toMatchObject({ status: httpStatus, body: { code, reason } });
    });
  },
);

describe('the matrix', () => {
  it('has a cell over gRPC for every method and principal, and over REST for every route', () => {
    expect(routed.length).toBe(routes.length);
    expect(rules.length).toBe(Object.keys(EXPECTATIONS).length);
  });
});

import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { readAccessTable, type MethodRule } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { Scope } from '@gatehouse/tokens';
import { ruleRefusal } from './rule-refusal.js';

const NOW = 1_800_000_000;

type Guarded = Exclude<MethodRule, { access: 'public' }>;

const { rules } = readAccessTable(contract);

/** A rule of the contract, with the parts that the spec is about. */
function ruleWith(changes: Partial<Guarded>): Guarded {
  const rule = rules.get('/gatehouse.resources.v1.ResourceService/GetResource');
  if (rule === undefined || rule.access === 'public') throw new Error('the contract has changed');
  return { ...rule, callers: new Set(['user', 'service']), ...changes } as Guarded;
}

const person = { scope: Scope.parse('resources:read'), credential: 'session', authTime: NOW - 60 } as const;
const service = {
  scope: Scope.parse('resources:read'),
  credential: undefined,
  authTime: undefined,
};

describe('the rule of a method', () => {
  it('has nothing against a person who signed in as it asks', () => {
    const rule = ruleWith({ credentials: new Set(['session']), maxSignInAgeSeconds: 60 });
    expect(ruleRefusal(person, 'user', rule, NOW)).toBeUndefined();
  });

  it.each([
    ['an API key', { ...person, credential: 'api_key' }],
    ['no known credential', { ...person, credential: undefined }],
  ] as const)(
    'refuses %s where people must have signed in, and names what is admitted',
    (_what, principal) => {
      const rule = ruleWith({ credentials: new Set(['token_family', 'session']) });
      expect(ruleRefusal(principal, 'user', rule, NOW)).toMatchObject({
        code: status.PERMISSION_DENIED,
        reason: 'CREDENTIAL_NOT_ADMITTED',
        metadata: { credentials: 'token_family session' },
      });
    },
  );

  it.each([
    ['a second ago too long', { ...person, authTime: NOW - 61 }],
    ['at no known time', { ...person, authTime: undefined }],
  ])('refuses a sign-in %s, and says how recent it must be', (_what, principal) => {
    expect(ruleRefusal(principal, 'user', ruleWith({ maxSignInAgeSeconds: 60 }), NOW)).toMatchObject({
      code: status.UNAUTHENTICATED,
      reason: 'SIGN_IN_TOO_OLD',
      metadata: { max_age: '60' },
    });
  });

  it('asks nothing of the kind of services', () => {
    const rule = ruleWith({ credentials: new Set(['session']), maxSignInAgeSeconds: 60 });
    expect(ruleRefusal(service, 'service', rule, NOW)).toBeUndefined();
  });

  it('answers the kind of caller first, then the permission, then the credential, then its age', () => {
    const worst = { scope: Scope.parse(''), credential: 'api_key', authTime: NOW - 1_000 } as const;
    const strict = { credentials: new Set(['session'] as const), maxSignInAgeSeconds: 60 };
    const reason = (principal: Parameters<typeof ruleRefusal>[0], changes: Partial<Guarded>) =>
      ruleRefusal(principal, 'user', ruleWith({ ...strict, ...changes }), NOW)?.reason;
    expect(reason(worst, { callers: new Set(['service']) })).toBe('CALLER_NOT_ADMITTED');
    expect(reason(worst, {})).toBe('PERMISSION_MISSING');
    expect(reason({ ...worst, scope: person.scope }, {})).toBe('CREDENTIAL_NOT_ADMITTED');
    expect(reason({ ...worst, scope: person.scope, credential: 'session' }, {})).toBe('SIGN_IN_TOO_OLD');
  });

  it('refuses a client where services are meant, and the other way round', () => {
    expect(ruleRefusal(service, 'client', ruleWith({}), NOW)?.reason).toBe('CALLER_NOT_ADMITTED');
    const ofClients = ruleWith({ callers: new Set(['client']) });
    expect(ruleRefusal(service, 'service', ofClients, NOW)?.reason).toBe('CALLER_NOT_ADMITTED');
    expect(ruleRefusal(service, 'client', ofClients, NOW)).toBeUndefined();
  });

  describe('for what descends from a grant', () => {
    const granted = { ...person, credential: 'grant' } as const;

    it('admits what was consented to, and nothing else', () => {
      expect(ruleRefusal(granted, 'user', ruleWith({}), NOW)).toBeUndefined();
      const other = ruleWith({ permission: 'resources:delete' });
      expect(ruleRefusal(granted, 'user', other, NOW)?.reason).toBe('PERMISSION_MISSING');
    });

    it('admits nothing that asks for no permission, wherever the contract does not say so', () => {
      const unasked = [...rules.values()].filter(
        (rule): rule is Guarded =>
          rule.access === 'authenticated' && rule.callers.has('user') && !rule.credentials?.has('grant'),
      );
      expect(unasked.length).toBeGreaterThan(10);
      for (const rule of unasked)
        expect(ruleRefusal(granted, 'user', rule, NOW)?.reason).toBe('CREDENTIAL_NOT_ADMITTED');
      const named = ruleWith({ permission: undefined, credentials: new Set(['grant']) });
      expect(ruleRefusal(granted, 'user', named, NOW)).toBeUndefined();
    });
  });
});

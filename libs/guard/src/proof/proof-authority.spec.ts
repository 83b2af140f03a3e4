import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  ProofServiceService,
  type UnbindTokenRequest,
  type UseProofRequest,
} from '@gatehouse/contracts/auth';
import { AppError, platformReasons, toStatusObject } from '@gatehouse/errors';
import { startSpecIssuer, type SpecIssuer } from '@gatehouse/testing';
import { ProofAuthority } from './proof-authority.js';

type Said = AppError | boolean | undefined;

let issuer: SpecIssuer;
let authority: ProofAuthority;
let issued: number;
/** The access tokens that auth was asked with, by method, and what it says. */
let asked: string[];
let says: (call: number) => Said;

const REQUEST: UnbindTokenRequest = { accessToken: 'bound', proof: 'proof', httpMethod: 'GET', path: '/' };

function answer(name: string, reply: (said: boolean) => object) {
  return ({ metadata }: ServerUnaryCall<UseProofRequest, object>, callback: sendUnaryData<object>) => {
    asked.push(`${name} ${String(metadata.get('authorization')[0])}`);
    const said = says(asked.length);
    if (said instanceof AppError) callback(toStatusObject(said));
    else if (said !== undefined) callback(null, reply(said));
  };
}

beforeEach(async () => {
  issued = 1;
  asked = [];
  says = () => true;
  issuer = await startSpecIssuer({
    extend: (server) =>
      server.addService(ProofServiceService, {
        useProof: answer('use', (accepted) => ({ accepted })),
        unbindToken: answer('unbind', (isGood) => ({
          tokens: isGood ? { accessToken: 'unbound', expiresIn: 300 } : undefined,
        })),
      }),
  });
  authority = new ProofAuthority(issuer.address, {
    accessToken: async () => `own-${issued}`,
    drop: () => void issued++,
  });
});
afterEach(() => {
  authority.close();
  issuer.close();
});

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error: AppError) => error.logReason ?? error.reason,
  );

describe('auth, asked about proofs', () => {
  it('is asked once about each, in the name of the service', async () => {
    expect(await outcomeOf(authority.use('a'))).toBe('OK');
    expect(await authority.unbind('b', REQUEST)).toBe('unbound');
    expect(asked).toEqual(['use Bearer own-1', 'unbind Bearer own-1']);
    for (const again of [authority.use('a'), authority.use('b'), authority.unbind('a', REQUEST)])
      expect(await outcomeOf(again)).toBe('PROOF_REPLAYED');
    expect(asked).toHaveLength(2);
  });

  it('decides between those who come at the same time', async () => {
    says = (call) => call === 1;
    const outcomes = await Promise.all([1, 2, 3].map(() => outcomeOf(authority.use('a'))));
    expect(outcomes.toSorted()).toEqual(['OK', 'PROOF_REPLAYED', 'PROOF_REPLAYED']);
  });

  it('has the last word on the caller', async () => {
    says = () => platformReasons.PROOF_INVALID();
    const refused = authority.unbind('a', REQUEST);
    await expect(refused).rejects.toMatchObject({ code: status.UNAUTHENTICATED, reason: 'PROOF_INVALID' });
    says = () => new AppError({ code: status.UNAUTHENTICATED, reason: 'CREDENTIAL_INVALID', message: 'no' });
    const inactive = authority.unbind('b', REQUEST);
    await expect(inactive).rejects.toMatchObject({ code: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED' });
  });

  it('is asked with a new access token of its own when it refuses the one before', async () => {
    says = (call) => (call === 1 ? platformReasons.UNAUTHENTICATED() : true);
    expect(await outcomeOf(authority.use('a'))).toBe('OK');
    expect(asked).toEqual(['use Bearer own-1', 'use Bearer own-2']);
  });

  it.each<[string, Said]>([
    [
      'has no database',
      new AppError({ code: status.UNAVAILABLE, reason: 'DATABASE_UNAVAILABLE', message: '' }),
    ],
    ['is at fault', platformReasons.INTERNAL()],
    ['is older than its callers', new AppError({ code: status.UNIMPLEMENTED, reason: 'X', message: '' })],
    ['does not let the service ask', platformReasons.PERMISSION_MISSING()],
    ['does not know the service', platformReasons.UNAUTHENTICATED()],
    ['says nothing', undefined],
  ])('is away when it %s: nobody is refused, and nobody admitted', async (_, said) => {
    says = () => said;
    const within = performance.now() + 500;
    for (const work of [authority.use('a', within), authority.unbind('b', REQUEST, within)])
      await expect(work).rejects.toMatchObject({ code: status.UNAVAILABLE, reason: 'PROOFS_UNKNOWN' });
    says = () => true;
    expect(await outcomeOf(authority.use('a'))).toBe('OK');
  });

  it('is away when it unbinds to nothing', async () => {
    says = () => false;
    expect(await outcomeOf(authority.unbind('a', REQUEST))).toBe('PROOFS_UNKNOWN');
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { AppError, toStatusObject } from '@gatehouse/errors';
import { startSpecIssuer, type SpecIssuer, type SpecIssuerOptions } from '@gatehouse/testing';
import { Introspection } from './introspection.js';

let issuer: SpecIssuer;
let introspection: Introspection;
let issued: number;
const identity = {
  accessToken: async () => `own-${issued}`,
  drop: () => void issued++,
};

async function start(options: SpecIssuerOptions = {}): Promise<void> {
  issuer = await startSpecIssuer(options);
  introspection = new Introspection(issuer.address, identity);
}

beforeEach(() => {
  issued = 1;
});
afterEach(() => {
  introspection.close();
  issuer.close();
});

describe('Introspection', () => {
  it('passes on what the issuer says, each time anew', async () => {
    await start();
    expect(await introspection.isActive('good')).toBe(true);
    issuer.inactive.add('good');
    expect(await introspection.isActive('good')).toBe(false);
    expect(issuer.introspected).toEqual(['good', 'good']);
  });

  it('asks once for all who ask about the same access token at the same time', async () => {
    await start();
    issuer.inactive.add('bad');
    const asked = ['good', 'bad', 'good', 'bad', 'good'].map((text) => introspection.isActive(text));
    expect(await Promise.all(asked)).toEqual([true, false, true, false, true]);
    expect(issuer.introspected.toSorted()).toEqual(['bad', 'good']);
  });

  it('tries a new access token of its own when the issuer refuses the one it has', async () => {
    const seen: string[] = [];
    await start({
      tokenService: {
        introspect: ({ metadata }: ServerUnaryCall<object, object>, callback: sendUnaryData<object>) => {
          seen.push(String(metadata.get('authorization')[0]));
          const refusal = new AppError({
            code: status.UNAUTHENTICATED,
            reason: 'UNAUTHENTICATED',
            message: 'no',
          });
          if (seen.length === 1) callback(toStatusObject(refusal));
          else callback(null, { active: true, subject: '', scope: '', clientId: '', expiresAt: 0n });
        },
      },
    });
    expect(await introspection.isActive('good')).toBe(true);
    expect(seen).toEqual(['Bearer own-1', 'Bearer own-2']);
  });

  it('gives up after a second', async () => {
    await start({ tokenService: { introspect: () => undefined } });
    await expect(introspection.isActive('good')).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  it('takes no longer than the call that it is about, which asks alone then', async () => {
    let asked = 0;
    await start({
      tokenService: {
        introspect: (_call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>) => {
          // The first one waits for an answer in vain.
          if (asked++ > 0)
            callback(null, { active: true, subject: '', scope: '', clientId: '', expiresAt: 0n });
        },
      },
    });
    const hurried = introspection.isActive('good', performance.now() + 300);
    const patient = introspection.isActive('good', performance.now() + 10_000);
    expect(await patient).toBe(true);
    await expect(hurried).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  it('says nothing of an issuer that is away, and asks it again', async () => {
    await start();
    issuer.close();
    await expect(introspection.isActive('good')).rejects.toBeInstanceOf(AppError);
    issuer = await startSpecIssuer({ port: issuer.port });
    introspection.close();
    introspection = new Introspection(issuer.address, identity);
    expect(await introspection.isActive('good')).toBe(true);
  });
});

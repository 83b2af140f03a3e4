import { describe, expect, it } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import { RevocationServiceService, TokenServiceService } from '@gatehouse/contracts/auth';
import { ResourceServiceService } from '@gatehouse/contracts/resources';
import { isBoundByToken, readServedMethods } from './served-method.js';

const methods = readServedMethods(contract, [
  ResourceServiceService,
  RevocationServiceService,
  TokenServiceService,
]);

function methodAt(path: string) {
  const method = methods.get(path);
  if (!method) throw new Error(`the contract has no ${path}`);
  return method;
}

describe('isBoundByToken', () => {
  it.each([
    ['/gatehouse.resources.v1.ResourceService/WatchResources', true],
    ['/gatehouse.auth.v1.RevocationService/Watch', true],
    ['/gatehouse.resources.v1.ResourceService/GetResource', false],
    ['/gatehouse.auth.v1.TokenService/Login', false],
  ])('%s: %s', (path, bound) => {
    expect(isBoundByToken(methodAt(path))).toBe(bound);
  });

  it('leaves the longest call to a public stream: no access token bounds it', () => {
    const { method } = methodAt('/gatehouse.resources.v1.ResourceService/WatchResources').rule;
    const login = methodAt('/gatehouse.auth.v1.TokenService/Login');
    expect(isBoundByToken({ ...login, rule: { ...login.rule, method } })).toBe(false);
  });
});

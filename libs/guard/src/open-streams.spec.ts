import { BlockList } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AppError } from '@gatehouse/errors';
import { Call, type ServedMethod } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { RevocationList, Scope, type Claims } from '@gatehouse/tokens';
import { OpenStreams } from './open-streams.js';

const NOW = 1_800_000_000;
const log = createLogger({ service: 'spec', level: 'silent' });

let lease: { isFresh: boolean };
let revocations: RevocationList;
let streams: OpenStreams;
let ended: [string, AppError][];

beforeEach(() => {
  jest.useFakeTimers({ now: NOW * 1_000 });
  lease = { isFresh: true };
  revocations = new RevocationList();
  streams = new OpenStreams({ revocations, lease }, Date.now, 5_000);
  ended = [];
});
afterEach(() => {
  jest.useRealTimers();
});

const claimsOf = (name: string): Claims => ({
  issuer: 'i',
  audience: 'api',
  subject: name,
  clientId: 'web',
  sessionId: `session-of-${name}`,
  tokenId: `token-of-${name}`,
  isService: false,
  issuedAt: NOW,
  notBefore: NOW,
  expiresAt: NOW + 300,
  scope: Scope.parse(''),
  keyId: 'k',
  credential: 'session',
  authTime: NOW,
  actor: undefined,
  boundTo: undefined,
});

function open(name: string, mode: 'lenient' | 'strict' = 'lenient'): Call {
  const from = { peer: '127.0.0.1:1', trustedProxies: new BlockList() };
  const call = new Call({ path: '/s/m' } as ServedMethod, new Metadata(), Infinity, log, from);
  call.refuseBy((error) => {
    ended.push([name, error]);
    call.end(); // as the server does
  });
  streams.add(call, claimsOf(name), mode);
  return call;
}

const revoke = (kind: 'session' | 'subject' | 'everything', key: string) =>
  revocations.apply([{ kind, key, notBefore: NOW, expiresAt: NOW + 300 }]);

describe('OpenStreams', () => {
  it('ends a stream when its access token is no longer accepted, and not before', () => {
    open('ann');
    jest.advanceTimersByTime(304_999);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended).toMatchObject([['ann', { reason: 'UNAUTHENTICATED', logReason: 'EXPIRED' }]]);
  });

  it('ends those that are revoked the moment it is known, and no others', () => {
    for (const name of ['ann', 'bob', 'cyd']) open(name);
    revoke('session', 'session-of-ann');
    revoke('subject', 'bob');
    expect(ended).toMatchObject([
      ['ann', { reason: 'UNAUTHENTICATED', logReason: 'REVOKED' }],
      ['bob', { reason: 'UNAUTHENTICATED', logReason: 'REVOKED' }],
    ]);
    revoke('everything', '');
    expect(ended.map(([name]) => name)).toEqual(['ann', 'bob', 'cyd']);
  });

  it('ends those of strict methods when nobody can know whether they are revoked', () => {
    open('ann', 'strict');
    open('bob', 'lenient');
    jest.advanceTimersByTime(1_000);
    expect(ended).toEqual([]);
    lease.isFresh = false;
    jest.advanceTimersByTime(250);
    expect(ended).toMatchObject([['ann', { reason: 'REVOCATIONS_UNKNOWN', retryAfterMs: 1_000 }]]);
  });

  it('keeps no trace of a stream that is over', () => {
    const call = open('ann', 'strict');
    expect(jest.getTimerCount()).toBe(2);
    call.end();
    expect(streams.size).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
    lease.isFresh = false;
    revoke('everything', '');
    expect(ended).toEqual([]);
  });

  it('does not follow one that was over before it began', () => {
    const call = open('ann');
    call.end();
    streams.add(call, claimsOf('ann'), 'strict');
    expect(streams.size).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});

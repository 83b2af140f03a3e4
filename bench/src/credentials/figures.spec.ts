import { describe, expect, it } from '@jest/globals';
import { cpuPerCall, type CallRound } from './call-costs.js';
import { stormFigures } from './figures.js';

const round = (of: Partial<CallRound>): CallRound => ({
  servicesUs: 0,
  authUs: 0,
  postgresUs: 0,
  gatewayBytes: 0,
  serviceBytes: 0,
  calls: 100,
  seconds: 2,
  latenciesMs: [],
  requestBytes: 0,
  ...of,
});

describe('the CPU of a call', () => {
  it('leaves out what auth and PostgreSQL do anyway', () => {
    const idle = [round({ calls: 0, seconds: 1, authUs: 5_000, postgresUs: 1_000 })];
    const rounds = [round({ servicesUs: 60_000, authUs: 30_000, postgresUs: 12_000 })];
    expect(cpuPerCall(rounds, idle)).toEqual([{ services: 600, auth: 200, postgres: 100, total: 900 }]);
  });
});

describe('500 logins', () => {
  const verified = (p50: number, p99: number) => ({ p50, p99, cpuUs: 500, lost: 0 });

  it('may slow verified calls by a fifth', () => {
    const storm = { quiet: verified(10, 20), signedIn: 500, seconds: 9 };
    const missed = (p50: number, p99: number) =>
      stormFigures({ ...storm, storm: verified(p50, p99) }).filter(({ met }) => !met).length;
    expect([missed(12, 24), missed(12.1, 24), missed(12.1, 24.5)]).toEqual([0, 1, 2]);
  });
});

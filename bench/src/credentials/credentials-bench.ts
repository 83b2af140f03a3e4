import { readFile } from 'node:fs/promises';
import { median, quantile } from '@gatehouse/report';
import type { Outcome } from '../outcome.js';
import type { Measured } from '../rounds.js';
import { callCosts, cpuPerCall, IDLE, type CallCpu, type CallRound } from './call-costs.js';
import { Callers } from './callers.js';
import { chart } from './chart.js';
import { openField, type Contestant, type Name } from './contestants.js';
import { costFigures, ratioFigures, stormFigures } from './figures.js';
import { loginStorm } from './login-storm.js';
import { outage } from './outage.js';
import { revocationDelay } from './revocation-delay.js';
import { tellsCpu } from '../process-cpu.js';
import type { Row } from './row.js';
import { setStage, type Stage } from './stage.js';
import { statementsPerCall, withStatementLog } from './statement-count.js';
import { table } from './table.js';

/**
 * The same call by every credential: those of Gatehouse, and the ways to ask on each call that they are measured
 * against; then what 500 logins at once do to calls whose access token is known.
 *
 * @throws Error where the system does not tell what processes cost
 */
export async function credentialsBench(): Promise<Outcome> {
  if (!(await tellsCpu())) throw new Error('this bench needs /proc/PID/schedstat: run it on Linux');
  const stage = await setStage();
  try {
    return await measure(stage);
  } finally {
    await stage.remove();
  }
}

async function measure(stage: Stage): Promise<Outcome> {
  const callers = new Callers(stage.running);
  const urlFile = stage.running.system.settingsOf('auth')['GATEHOUSE_DATABASE_URL_FILE'] ?? '';
  const authDatabaseUrl = (await readFile(urlFile, 'utf8')).trim();
  const path = await callers.resource();
  const { contestants, close } = await openField(stage, callers, authDatabaseUrl);
  const each = async (look: (contestant: Contestant) => Promise<number>) => {
    const found = new Map<Name, number>();
    for (const contestant of contestants) found.set(contestant.name, await look(contestant));
    return found;
  };
  try {
    const costs = await callCosts(stage, contestants, path);
    const cpu = cpuOf(costs);
    const statements = await withStatementLog(stage, () =>
      each((contestant) => statementsPerCall(stage, contestant, path)),
    );
    const revoked = await each((contestant) => revocationDelay(callers, contestant, path));
    const known = contestants.find(({ name }) => name === 'JWT, seen before');
    if (!known) throw new Error('nobody is known');
    const storm = await loginStorm(known, path, stage.running.addresses.gateways);
    const survivals = await outage(stage, contestants, path);
    const rows = contestants.map(({ name }): Row => {
      const rounds = costs.get(name) ?? [];
      const latencies = rounds.flatMap(({ latenciesMs }) => latenciesMs);
      const perCall = (of: (round: CallRound) => number) =>
        Math.round(median(rounds.map((round) => of(round) / round.calls)));
      return {
        name,
        cpu: medianOf(cpu.get(name) ?? []),
        p50: tenths(quantile(latencies, 0.5)),
        p99: tenths(quantile(latencies, 0.99)),
        statements: tenths(statements.get(name) ?? NaN),
        requestBytes: perCall(({ requestBytes }) => requestBytes),
        gatewayBytes: perCall(({ gatewayBytes }) => gatewayBytes),
        serviceBytes: perCall(({ serviceBytes }) => serviceBytes),
        revokedAfter: Math.round(revoked.get(name) ?? NaN),
        withoutAuth: tenths(survivals.get(name)?.withoutAuth ?? NaN),
        withoutDatabase: tenths(survivals.get(name)?.withoutDatabase ?? NaN),
      };
    });
    const figures = [...rows.flatMap(costFigures), ...ratioFigures(cpu, rows), ...stormFigures(storm)];
    return { figures, pages: { '.md': table(rows), '.svg': chart(rows) } };
  } finally {
    await close();
  }
}

function cpuOf(costs: Measured<CallRound>): ReadonlyMap<string, readonly CallCpu[]> {
  const idle = costs.get(IDLE) ?? [];
  const calls = [...costs].filter(([name]) => name !== IDLE);
  return new Map(calls.map(([name, rounds]) => [name, cpuPerCall(rounds, idle)]));
}

/** What the parts add up to is shown, so that they do. */
function medianOf(cpu: readonly CallCpu[]): CallCpu {
  const of = (part: keyof CallCpu) => Math.max(0, Math.round(median(cpu.map((each) => each[part]))));
  const parts = { services: of('services'), auth: of('auth'), postgres: of('postgres') };
  return { ...parts, total: parts.services + parts.auth + parts.postgres };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

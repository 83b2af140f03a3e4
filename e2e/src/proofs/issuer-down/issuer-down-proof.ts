import { atLeast, atMost, below, told, type Figure } from '@gatehouse/report';
import { processStage } from '../../stage/processes.js';
import { startOwnSystem } from '../../system/own-system.js';
import { runIssuerDown, type IssuerDownOptions, type IssuerDownResult } from './run-issuer-down.js';
import { runIssuerSilent, type IssuerSilentResult } from './run-issuer-silent.js';

/** Two minutes without auth. */
const LONG: IssuerDownOptions = { downMs: 120_000, signIns: 40, loginsPerSecond: 20 };
const SILENT = { silentMs: 30_000, loginsPerSecond: 10 };

const LOGIN_MS = 100;
/** Whoever is the first to find auth silent waits until the connections are given up. */
const SILENT_LOGIN_MS = 10_000;
const READY_MS = 10_000;
const BACK_MS = 5_000;

/** Every replica of auth stopped for two minutes, and after that halted, at a system of its own. */
export async function issuerDownProof(): Promise<readonly Figure[]> {
  await using own = await startOwnSystem();
  const down = await runIssuerDown(processStage(own), LONG);
  const silent = await runIssuerSilent(own, SILENT);
  return [...issuerDownFigures(LONG, down), ...issuerSilentFigures(silent)];
}

/** What an auth that is stopped has to show. */
export function issuerDownFigures(options: IssuerDownOptions, result: IssuerDownResult): readonly Figure[] {
  const { logins } = result;
  return [
    told('auth is away for', options.downMs, 'ms'),
    atLeast(1_000, 'calls with access tokens issued before', result.calls, ''),
    atMost(0, 'of these refused', result.refused, ''),
    atMost(0, 'of these not answered', result.unanswered, ''),
    atLeast(100, 'calls with one revoked before', result.endedCalls, ''),
    atMost(0, 'of these let through', result.endedAdmitted, ''),
    told('logins', logins.attempted, ''),
    atMost(0, 'of these not answered 503 UNAVAILABLE', logins.otherAnswers, ''),
    below(LOGIN_MS, 'login answered, p99', logins.p99Ms, 'ms'),
    told('login answered, slowest', logins.slowestMs, 'ms'),
    atMost(READY_MS, 'resources killed and started meanwhile: ready after', result.readyMs, 'ms'),
    atLeast(10, 'calls there after that', result.restartedCalls, ''),
    atMost(0, 'of these answered wrongly', result.restartedWrong, ''),
    atMost(BACK_MS, 'last login refused, after auth is ready', result.loginsBackMs, 'ms'),
    atMost(BACK_MS, 'last strict call refused, after auth is ready', result.strictBackMs, 'ms'),
  ];
}

/** What an auth that is halted has to show. */
export function issuerSilentFigures({ logins, backMs }: IssuerSilentResult): readonly Figure[] {
  return [
    told('auth halted (SIGSTOP): logins', logins.attempted, ''),
    atMost(0, 'of these not answered 503 UNAVAILABLE', logins.otherAnswers, ''),
    below(SILENT_LOGIN_MS, 'login answered, slowest', logins.slowestMs, 'ms'),
    atMost(LOGIN_MS, 'login answered, median', logins.p50Ms, 'ms'),
    atMost(BACK_MS, 'logins work, after auth goes on', backMs, 'ms'),
  ];
}

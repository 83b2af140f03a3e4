import { writeFile } from 'node:fs/promises';
import { atMost, below, quantile, told, type Figure } from '@gatehouse/report';
import { startOwnSystem } from '../../system/own-system.js';
import { cumulativeChart, type Line } from '../cumulative-chart.js';
import { Nemesis } from '../nemesis.js';
import { SeededRandom } from '../random.js';
import { TcpProxy } from '../tcp-proxy.js';
import { Causes, SWEEPING_CAUSES } from './causes.js';
import { measure, measureSweeping, type Enforced } from './measure.js';
import type { Mode } from './messages.js';
import { Verifiers } from './verifiers.js';

const VERIFIERS = 10;
const REVOCATIONS = 1_000;
/** How many of them revoke everyone's access tokens, for each way to do so. */
const SWEEPING = 3;
/** Access tokens of the load. */
const LOAD = 5;
/** Of each phase with faults, and of each verifier that ours is compared with. */
const FEWER = 300;
const FEWEST = 50;
/** The longest time between two kills, and the time between two cuts. */
const KILL_PAUSE_MS = 4_000;
const CUT_EVERY_MS = 2_000;

const GOAL_MEDIAN_MS = 100;
const GOAL_MS = 1_000;

/** Where the chart and every single delay go; see docs/results. */
export interface RevocationOutputs {
  readonly chartFile?: string;
  readonly delaysFile?: string;
}

/** From the acknowledgement of a revocation to the first refusal, at ten verifiers, and at others beside them. */
export async function revocationProof(outputs: RevocationOutputs = {}): Promise<readonly Figure[]> {
  await using own = await startOwnSystem();
  await using first = await TcpProxy.to(own.addresses.auth[0] as string);
  await using second = await TcpProxy.to(own.addresses.auth[1] as string);
  const proxies = [first, second];
  const random = new SeededRandom(1);
  const optionsOf = (mode: Mode) => ({
    mode,
    authAddress: `ipv4:${proxies.map(({ address }) => address).join(',')}`,
    issuer: own.issuer,
    apiAudience: own.apiAudience,
    clientSecret: own.usersClientSecret,
  });
  using verifiers = await Verifiers.start(VERIFIERS, optionsOf('feed'));
  // A new load each time: access tokens expire, and a sweeping revocation ends them.
  const begin = async () => {
    const causes = await Causes.begin(own);
    verifiers.load(await causes.good(LOAD));
    return causes;
  };

  const phases = new Map<string, readonly Enforced[]>();
  const single = REVOCATIONS - SWEEPING * SWEEPING_CAUSES.length;
  phases.set('connected', [
    ...(await measure(verifiers, begin, single, random)),
    ...(await measureSweeping(verifiers, begin, SWEEPING)),
  ]);
  {
    await using _nemesis = new Nemesis(own.system, ['auth', 'auth2'], random.fork(), KILL_PAUSE_MS);
    phases.set('while replicas of auth are killed', await measure(verifiers, begin, FEWER, random));
  }
  const cutting = setInterval(() => random.choose(proxies).cut(), CUT_EVERY_MS);
  try {
    phases.set('while streams are cut', await measure(verifiers, begin, FEWER, random));
  } finally {
    clearInterval(cutting);
  }
  for (const mode of ['poll', 'introspect'] as const) {
    using others = await Verifiers.start(1, optionsOf(mode));
    phases.set(
      mode === 'poll' ? 'polling every 5 s' : 'introspection per call',
      await measure(others, begin, FEWEST, random),
    );
  }

  const lines: Line[] = [...phases].map(([name, enforced]) => ({
    name,
    values: enforced.flatMap(({ delaysMs }) => delaysMs),
  }));
  const connected = phases.get('connected') ?? [];
  lines.push({ name: 'expiry only', values: connected.map(({ leftMs }) => leftMs) });
  if (outputs.chartFile !== undefined) {
    const title = 'From an acknowledged revocation to the refusal';
    await writeFile(outputs.chartFile, cumulativeChart(title, 'ms', lines));
  }
  if (outputs.delaysFile !== undefined) await writeFile(outputs.delaysFile, delaysOf(phases));
  return [
    told('verifier processes', VERIFIERS, ''),
    ...lines.flatMap(figuresOf),
    atMost(0, 'good access tokens refused', verifiers.loadRefusals, ''),
  ];
}

function figuresOf({ name, values }: Line): Figure[] {
  const at = (share: number) => quantile(values, share);
  const isOurs = name === 'connected' || name.startsWith('while');
  const label = (what: string) => `${name}: ${what}`;
  if (!isOurs) return [told(label('p50'), at(0.5), 'ms'), told(label('max'), at(1), 'ms')];
  return [
    told(label('refusals'), values.length, ''),
    below(GOAL_MEDIAN_MS, label('p50'), at(0.5), 'ms'),
    told(label('p99'), at(0.99), 'ms'),
    below(GOAL_MS, label('p99.9'), at(0.999), 'ms'),
    told(label('max'), at(1), 'ms'),
  ];
}

/** Every delay, a line for each revocation: the phase, the cause, and the delays of the verifiers in order. */
function delaysOf(phases: ReadonlyMap<string, readonly Enforced[]>): string {
  const rows = [...phases].flatMap(([phase, enforced]) =>
    enforced.map(({ cause, delaysMs }) => {
      const sorted = [...delaysMs].sort((one, other) => one - other);
      return [phase, cause, ...sorted.map((delayMs) => delayMs.toFixed(1))].join(',');
    }),
  );
  return `${rows.join('\n')}\n`;
}

import { atMost, below, median, told } from '@gatehouse/report';
import type { Outcome } from '../outcome.js';
import { startGatehouse } from './contestants.js';
import { measureRound, residentMb } from './measure.js';
import { rounded } from './rows.js';
import { onGatewayStage, type GatewayStage } from './stage.js';

const MINUTES = 10;
/** Requests per second: about a third of what a core can do on a slow machine. */
const RATE = 1_000;
/** Between two looks, each with connections of its own. */
const SECONDS_PER_SAMPLE = 10;

const RSS_GOAL_MB = 250;
/** How much more the last two minutes may hold than the third and the fourth, when all is compiled. */
const GROWTH_GOAL = 1.05;

/** What a gateway holds at a time. */
interface Sample {
  readonly minute: number;
  readonly mb: number;
}

/** Loads the gateway for ten minutes and looks at its memory. */
export async function memoryBench(): Promise<Outcome> {
  const samples = await onGatewayStage(undefined, sampleMemory);
  const within = (from: number, to: number) =>
    median(samples.filter(({ minute }) => minute >= from && minute < to).map(({ mb }) => mb));
  const [early, late] = [within(2, 4), within(MINUTES - 2, MINUTES)];
  const figures = [
    told('requests', RATE * SECONDS_PER_SAMPLE * samples.length, 'requests'),
    below(RSS_GOAL_MB, 'RSS at most', rounded(Math.max(...samples.map(({ mb }) => mb)), 0), 'MB'),
    told('RSS, third and fourth minute', rounded(early, 0), 'MB'),
    told('RSS, last two minutes', rounded(late, 0), 'MB'),
    atMost(GROWTH_GOAL, 'RSS, last two minutes / third and fourth', rounded(late / early, 3), 'x'),
  ];
  const lines = samples.map(({ minute, mb }) => `${minute.toFixed(2)},${mb.toFixed(1)}`);
  return { figures, pages: { '.csv': `${['minute,rss_mb', ...lines].join('\n')}\n` } };
}

async function sampleMemory(stage: GatewayStage): Promise<readonly Sample[]> {
  const { load, issuer } = stage;
  const start = { ...stage, publicKey: issuer.publicKey };
  const gateway = await startGatehouse('Gatehouse', 'REST', start);
  const samples: Sample[] = [];
  try {
    for (let number = 1; number * SECONDS_PER_SAMPLE <= MINUTES * 60; number++) {
      const request = number % 2 === 0 ? 'get' : 'list';
      const count = RATE * SECONDS_PER_SAMPLE;
      const credentials = stage.credentials();
      await measureRound(load, gateway, { request, credentials, count, rate: RATE });
      const minute = ((number - 0.5) * SECONDS_PER_SAMPLE) / 60;
      samples.push({ minute, mb: await residentMb(gateway.pids) });
    }
    return samples;
  } finally {
    await gateway.stop();
  }
}

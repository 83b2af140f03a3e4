// One verifier of the proof: the libraries of every service, in a process of its own, under load.
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@gatehouse/telemetry';
import { TokenRejected } from '@gatehouse/tokens';
import { machineMs } from '../clock.js';
import { openKnowledge } from './knowledge.js';
import type { FromVerifier, ToVerifier, VerifierOptions } from './messages.js';

/** How often each watched access token is shown, and the load's next one, in milliseconds. */
const EVERY_MS = 2;

const options = JSON.parse(process.argv[2] ?? '{}') as VerifierOptions;
const log = createLogger({ service: 'proof', level: 'silent' });
const { isAccepted, ready } = openKnowledge(options, log);
const tell = (message: FromVerifier) => process.send?.(message);

/** Watched access tokens by name, and whether each was accepted before. */
const watched = new Map<string, { readonly accessToken: string; accepted: boolean }>();
let load: readonly string[] = [];

process.on('disconnect', () => process.exit());
process.on('message', (message: ToVerifier) => {
  if ('load' in message) load = message.load;
  else watched.set(message.watch, { accessToken: message.accessToken, accepted: false });
});

async function show(accessToken: string): Promise<boolean> {
  try {
    return await isAccepted(accessToken);
  } catch (error) {
    if (error instanceof TokenRejected) return false;
    throw error;
  }
}

async function look(name: string, entry: { readonly accessToken: string; accepted: boolean }): Promise<void> {
  if (await show(entry.accessToken)) {
    if (!entry.accepted) tell({ accepted: name });
    entry.accepted = true;
  } else if (entry.accepted) {
    watched.delete(name);
    tell({ refused: name, at: machineMs() });
  }
}

await ready();
tell({ ready: true });
for (let turn = 0; ; turn++) {
  for (const [name, entry] of watched) await look(name, entry);
  const accessToken = load[turn % load.length];
  if (accessToken !== undefined && !(await show(accessToken))) tell({ loadRefused: accessToken });
  await delay(EVERY_MS);
}

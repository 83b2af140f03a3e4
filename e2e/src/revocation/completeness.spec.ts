import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RestClient } from '../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';
import { PROTOCOLS } from './attempts.js';
import { HAPPEN } from './causes.js';
import { CAUSES, effectOf, HOLDINGS, isRefreshing, type Cause, type Holding } from './effects.js';
import { effectsTable, tableOfPage } from './effects-table.js';
import { Faces } from './faces.js';
import { leaveStreams, newHolder, type Holder } from './holder.js';
import { faultsOf, goodBefore, type Cell } from './observe.js';

/** How many people are made at once: hashing their passwords is bounded. */
const AT_ONCE = 3;
/** These happen to everybody: whoever they are about is made after the others are done. */
const GENERAL: ReadonlySet<Cause> = new Set(['signing key revoked', 'everything revoked']);

let own: OwnSystem;
let rest: RestClient;
let faces: Faces;
const holders = new Map<Cause, Holder>();

beforeAll(async () => {
  own = await startOwnSystem();
  rest = new RestClient(own.addresses.gateway);
  faces = new Faces(own.addresses);
  const particular = CAUSES.filter((cause) => !GENERAL.has(cause));
  for (let at = 0; at < particular.length; at += AT_ONCE)
    await Promise.all(particular.slice(at, at + AT_ONCE).map(makeHolder));
});
afterAll(async () => {
  for (const holder of holders.values()) leaveStreams(holder);
  faces?.[Symbol.dispose]();
  await own?.[Symbol.asyncDispose]();
});

async function makeHolder(cause: Cause): Promise<Holder> {
  const admin = await signInDemo(own, 'admin');
  const holder = await newHolder(faces, cause, admin, cause === 'demotion');
  holders.set(cause, holder);
  return holder;
}

const cells: readonly Cell[] = HOLDINGS.flatMap((holding) =>
  PROTOCOLS.map((protocol) => ({ holding, protocol })),
);

describe.each(CAUSES)('%s', (cause) => {
  const faults = new Map<Cell, Promise<readonly string[]>>();

  beforeAll(async () => {
    const holder = holders.get(cause) ?? (await makeHolder(cause));
    expect(await goodBefore(faces, holder)).toEqual([]);
    await HAPPEN[cause]({ own, rest, holder });
    const since = performance.now();
    const endsHere = ({ holding }: Cell) => effectOf(cause, holding) === 'ends';
    // One refresh token is good at a time: the two faces take turns.
    const turns = new Map<Holding, Promise<unknown>>();
    const look = (cell: Cell, settled: Promise<unknown>) => {
      const effect = effectOf(cause, cell.holding);
      const start = () => faultsOf(faces, holder, cell, effect, since, settled);
      const looking = isRefreshing(cell.holding)
        ? (turns.get(cell.holding) ?? Promise.resolve()).then(start)
        : start();
      turns.set(
        cell.holding,
        looking.catch(() => undefined),
      );
      faults.set(cell, looking);
      return looking;
    };
    const settled = Promise.allSettled(cells.filter(endsHere).map((cell) => look(cell, Promise.resolve())));
    for (const cell of cells) if (!endsHere(cell)) look(cell, settled);
    await Promise.allSettled(faults.values());
  });

  it.each(cells.map((cell) => [cell.holding, cell.protocol, effectOf(cause, cell.holding), cell] as const))(
    '%s over %s: %s',
    async (_holding, _protocol, _effect, cell) => {
      expect(await faults.get(cell)).toEqual([]);
    },
  );
});

describe('SECURITY.md', () => {
  it('promises what is asserted here', async () => {
    expect(await tableOfPage()).toBe(effectsTable());
  });
});

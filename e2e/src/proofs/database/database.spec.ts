import { expect, it } from '@jest/globals';
import { startOwnSystem } from '../../system/own-system.js';
import { failureLines } from '../load/load-figures.js';
import { databaseFindings } from './database-findings.js';
import { runDatabase } from './run-database.js';

const RUN = { perSecond: 30, people: 6, restarts: 2, quietMs: 6_000, lastsMs: 6_000 };

it('a database that is killed, slow, locked or full ends no process and loses no acknowledged write', async () => {
  await using own = await startOwnSystem();
  const result = await runDatabase(own, RUN);
  const { load, died, connectionsHeld, disturbances } = result;
  expect(disturbances.map(({ kind }) => kind)).toEqual([
    'restart',
    'restart',
    'slow',
    'locks',
    'connections',
  ]);
  expect(connectionsHeld).toBeGreaterThan(0);
  expect(died).toBe(0);
  expect(load).toMatchObject({ thrownOutMs: [], lost: 0 });
  expect(load.lookedFor).toBeGreaterThan(50);
  const found = databaseFindings(result);
  expect(found.failed).toBeGreaterThan(0);
  expect([found.failedOutside, found.failedOtherwise, failureLines(load.sent)]).toEqual([
    0,
    0,
    expect.anything(),
  ]);
  expect(found.othersFailed).toBe(0);
});

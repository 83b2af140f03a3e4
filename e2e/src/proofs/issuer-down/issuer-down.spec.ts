import { expect, it } from '@jest/globals';
import { processStage } from '../../stage/processes.js';
import { startOwnSystem } from '../../system/own-system.js';
import { runIssuerDown } from './run-issuer-down.js';
import { runIssuerSilent } from './run-issuer-silent.js';

it('what was issued goes on without auth, also at a replica that starts meanwhile, and logins are an outage', async () => {
  await using own = await startOwnSystem();
  const down = await runIssuerDown(processStage(own), { downMs: 12_000, signIns: 8, loginsPerSecond: 5 });
  expect(down).toMatchObject({ refused: 0, endedAdmitted: 0, restartedWrong: 0 });
  expect(Math.min(down.calls, down.endedCalls, down.restartedCalls)).toBeGreaterThan(10);
  expect(down.logins).toMatchObject({ attempted: 60, otherAnswers: 0 });
  const silent = await runIssuerSilent(own, { silentMs: 8_000, loginsPerSecond: 5 });
  expect(silent.logins).toMatchObject({ attempted: 40, otherAnswers: 0 });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../repository-root.js';
import { readAlerts, readJobs } from './expressions.js';

describe('the runbooks', () => {
  it('have a section for every alert, in the same order, and no other', async () => {
    const text = await readFile(join(repositoryRoot, 'docs/runbooks.md'), 'utf8');
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual((await readAlerts()).map(({ alert }) => alert));
  });
});

describe('the alert of missing replicas', () => {
  it('also speaks of a service that has none left, of which there is no series to be counted', async () => {
    const alert = (await readAlerts()).find((one) => one.alert === 'ReplicasMissing');
    const jobs = await readJobs();
    expect(jobs.length).toBeGreaterThan(3);
    // Nothing is left of a comparison that is false, and so there is nothing to be counted.
    expect(alert?.expr).not.toContain('count');
    for (const job of jobs) expect(alert?.expr).toContain(`absent(up{job="${job}"})`);
  });
});

describe('the alert of failing requests', () => {
  const GIVEN_UP = /_bucket\{http_response_status_code="504",le="([\d.]+)"\}/;
  /** What a statement has in PostgreSQL: the first of our own deadlines to be over. */
  const SHORTEST_SECONDS = 5;

  it.each(['RequestsFail', 'CallersGiveUp'])(
    'keeps apart what is over by a deadline that callers have set: %s',
    async (name) => {
      const alert = (await readAlerts()).find((one) => one.alert === name);
      const seconds = Number(GIVEN_UP.exec(alert?.expr ?? '')?.[1]);
      expect(seconds).toBeLessThan(SHORTEST_SECONDS);
    },
  );
});

describe('the alerts that wake somebody', () => {
  it.each([
    ['REST', 'http_server_request_duration_seconds_count{http_response_status_code=~"5.."}'],
    ['gRPC', 'rpc_server_call_duration_seconds_count{rpc_response_status_code="UNAVAILABLE"}'],
  ])('speak of an outage whose callers use %s', async (_protocol, failed) => {
    const pages = (await readAlerts()).filter(({ labels }) => labels.severity === 'page');
    expect(pages.filter(({ expr }) => expr.includes(failed))).toHaveLength(1);
  });
});

import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { readExpressions, readPromql } from '@gatehouse/tools/observability';
import { readMetrics, type ExportedMetrics } from '../client/metrics.js';
import { newPerson } from '../client/person.js';
import { RestClient } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';

/** What Prometheus itself says of every series, and of itself. */
const PROMETHEUS_LABELS = ['job', 'instance'];
const PROMETHEUS_METRICS = ['up'];

const { addresses } = sharedSystem();
const expressions = await readExpressions();

let exported: ExportedMetrics;

beforeAll(async () => {
  // Some calls, refused ones and a revocation, and time enough for what is looked up now and then.
  const rest = new RestClient(addresses.gateway);
  const { accessToken } = await newPerson(rest, 'Metra');
  await rest.as(accessToken).get('/v1/resources');
  await rest.as(accessToken).get('/v1/users/me');
  await rest.get('/v1/resources');
  await rest.as('not.a.token').get('/v1/resources');
  await rest.post('/v1/auth/revoke', { token: accessToken });
  await eventually(async () => {
    exported = await readMetrics(addresses.health);
    expect(missing(exported)).toEqual([]);
  });
});

/** The metrics that an alert or a dashboard names and nobody exports. */
function missing(metrics: ExportedMetrics): string[] {
  return expressions.flatMap(({ where, text }) =>
    readPromql(text)
      .metrics.filter(({ name }) => !PROMETHEUS_METRICS.includes(name) && !metrics.has(name))
      .map(({ name }) => `${where}: ${name}`),
  );
}

describe('what the processes export', () => {
  it('is every metric that an alert or a dashboard names', () => {
    expect(expressions.length).toBeGreaterThan(30);
    expect(missing(exported)).toEqual([]);
  });

  it('has every label that they choose or group by', () => {
    const unknown = expressions.flatMap(({ where, text }) => {
      const { metrics, groups } = readPromql(text);
      const known = new Set(metrics.flatMap(({ name }) => [...(exported.get(name) ?? [])]));
      return [...metrics.flatMap(({ labels }) => labels), ...groups]
        .filter((label) => !known.has(label) && !PROMETHEUS_LABELS.includes(label))
        .map((label) => `${where}: ${label}`);
    });
    expect(unknown).toEqual([]);
  });

  it('would be missed', () => {
    const name = 'gatehouse_guard_decisions_total';
    const others = new Map([...exported].filter(([exportedName]) => exportedName !== name));
    expect(missing(others)).toContainEqual(expect.stringContaining(name));
  });
});

import { describe, expect, it } from '@jest/globals';
import { readPromql } from './promql.js';

describe('what an expression names', () => {
  it.each([
    ['up == 1', [['up', []]], []],
    [
      'sum by (job) (rate(calls_total{code=~"5..", route!="a,b{}"}[5m])) > 0.5',
      [['calls_total', ['code', 'route']]],
      ['job'],
    ],
    [
      'histogram_quantile(0.99, sum by (le, job) (rate(wait_seconds_bucket[1m]))) > 31 * 86400',
      [['wait_seconds_bucket', []]],
      ['le', 'job'],
    ],
    [
      'sum(rate(a_total[5m]))\n  / sum(rate(b_total[5m])) > 0.01',
      [
        ['a_total', []],
        ['b_total', []],
      ],
      [],
    ],
  ])('%s', (expression, metrics, groups) => {
    const named = readPromql(expression);
    expect(named.metrics.map(({ name, labels }) => [name, labels])).toEqual(metrics);
    expect(named.groups).toEqual(groups);
  });
});

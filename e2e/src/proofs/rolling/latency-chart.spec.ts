import { expect, it } from '@jest/globals';
import { latencyChart } from './latency-chart.js';

const second = (at: number, p99: number, failed = 0) => ({ at, p50: 1, p99, failed });

it('draws two lines, a band for each replacement and a cross for each second with a failure', () => {
  const chart = latencyChart(
    'Rolling <everything>',
    [second(0, 10), second(1, 100, 2), second(2, 1)],
    [{ name: 'resources2', from: 0.5, to: 1.5 }],
  );
  const lines = [...chart.matchAll(/points="([^"]+)"/g)].map(([, points]) => (points ?? '').split(' '));
  expect(lines).toHaveLength(2);
  expect(lines[1]).toEqual(['60.0,175.0', '286.7,60.0', '513.3,290.0']);
  expect(chart.match(/<title>resources2<\/title>/g)).toHaveLength(1);
  expect(chart.match(/stroke="#a23b72"/g)).toHaveLength(1);
  expect(chart).toContain('Rolling &lt;everything>');
});

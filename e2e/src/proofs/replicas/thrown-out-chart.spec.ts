import { expect, it } from '@jest/globals';
import { thrownOutChart } from './thrown-out-chart.js';

const chart = thrownOutChart('Who had to <sign in> again', [
  { name: 'one', thrownOut: [], kills: [10, 20], length: 40 },
  { name: 'other', thrownOut: [10, 10, 30, 30], kills: [10, 30], length: 40 },
]);

it('draws a flat line for nobody and a step for each person', () => {
  const lines = [...chart.matchAll(/points="([^"]+)"/g)].map(([, points]) => (points ?? '').split(' '));
  expect(lines.map((points) => points.length)).toEqual([2, 10]);
  expect(lines[0]).toEqual(['60.0,260.0', '720.0,260.0']);
  expect(lines[1]?.at(-1)).toBe('720.0,50.0');
});

it('marks every kill, and says how many there were', () => {
  expect(chart.match(/v10/g)).toHaveLength(4);
  expect(chart).toContain('other: 4 thrown out, 2 kills');
  expect(chart).toContain('Who had to &lt;sign in> again');
});

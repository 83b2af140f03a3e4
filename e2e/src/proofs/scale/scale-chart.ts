import type { Sample } from './run-scale.js';

const WIDTH = 760;
const HEIGHT = 300;
const LEFT = 60;
const BOTTOM = 230;
const TOP = 60;
const PANEL = 330;
const BAR = 46;
const COLOURS = { resources: '#1b6e53', gateway: '#3457a6' } as const;

/**
 * Draws what a read costs, and beside it how many there are in a second, a bar for each number of replicas.
 *
 * @returns SVG
 */
export function scaleChart(samples: readonly Sample[]): string {
  const parts = [
    `<text x="${LEFT}" y="26" font-size="15" font-weight="600">One, two and four replicas on this machine</text>`,
    ...panel(LEFT, 'CPU for a read at the same load for each, ms', samples, ({ cpuMs }) => cpuMs),
    ...panel(LEFT + PANEL + 20, 'reads in a second at full load', samples, ({ perSecond }) => perSecond),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function panel(
  left: number,
  title: string,
  samples: readonly Sample[],
  valueOf: (sample: Sample) => number,
): string[] {
  const most = Math.max(...samples.map(valueOf));
  const bars = samples.flatMap((sample, index) => {
    const value = valueOf(sample);
    const height = ((BOTTOM - TOP) * value) / most;
    const x = left + index * (BAR + 6);
    const middle = x + BAR / 2;
    const text = value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
    return [
      `<rect x="${x}" y="${(BOTTOM - height).toFixed(1)}" width="${BAR}" height="${height.toFixed(1)}" fill="${COLOURS[sample.service]}"/>`,
      `<text x="${middle}" y="${(BOTTOM - height - 5).toFixed(1)}" font-size="11" text-anchor="middle">${text}</text>`,
      `<text x="${middle}" y="${BOTTOM + 16}" font-size="11" text-anchor="middle">${sample.service}</text>`,
      `<text x="${middle}" y="${BOTTOM + 31}" font-size="11" text-anchor="middle">x ${sample.replicas}</text>`,
    ];
  });
  return [`<text x="${left}" y="${TOP - 18}" font-size="12">${title}</text>`, ...bars];
}

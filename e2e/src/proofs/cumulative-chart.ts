/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

const WIDTH = 760;
const HEIGHT = 380;
const LEFT = 60;
const BOTTOM = 330;
const RIGHT = 560;
const TOP = 40;
const COLOURS = ['#1b6e53', '#c2571a', '#3457a6', '#8a8a8a', '#a23b72', '#5b5b00'];
/** Shares that the lines are drawn at, closer where it matters. */
const SHARES = [...Array.from({ length: 99 }, (_, index) => (index + 1) / 100), 0.995, 0.999, 1];

/**
 * Draws how large a share of all values is below each value, a line each, over a logarithmic axis.
 *
 * @param unit of the values; those below one are drawn at one
 * @returns SVG
 */
export function cumulativeChart(title: string, unit: string, lines: readonly Line[]): string {
  const largest = Math.max(...lines.flatMap(({ values }) => values), 10);
  const decades = Math.ceil(Math.log10(largest));
  const x = (value: number) => LEFT + ((RIGHT - LEFT) * Math.log10(Math.max(1, value))) / decades;
  const y = (share: number) => BOTTOM - (BOTTOM - TOP) * share;
  const parts = [
    `<text x="${LEFT}" y="22" font-size="15" font-weight="600">${escaped(title)}</text>`,
    ...Array.from({ length: decades + 1 }, (_, power) => tick(x(10 ** power), `${10 ** power} ${unit}`)),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => rule(y(share), `${share * 100} %`)),
    ...lines.flatMap(({ name, values }, index) => {
      const colour = COLOURS[index % COLOURS.length] as string;
      const sorted = [...values].sort((one, other) => one - other);
      const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
      const points = SHARES.map((share) => `${x(at(share)).toFixed(1)},${y(share).toFixed(1)}`).join(' ');
      return [
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points}"/>`,
        `<text x="${RIGHT + 12}" y="${TOP + 18 + 20 * index}" fill="${colour}" font-size="13">${escaped(name)}</text>`,
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function tick(x: number, label: string): string {
  return `<path d="M${x.toFixed(1)} ${TOP}V${BOTTOM}" stroke="#ddd"/><text x="${x.toFixed(1)}" y="${BOTTOM + 18}" font-size="11" text-anchor="middle">${label}</text>`;
}

function rule(y: number, label: string): string {
  return `<path d="M${LEFT} ${y.toFixed(1)}H${RIGHT}" stroke="#eee"/><text x="${LEFT - 6}" y="${(y + 4).toFixed(1)}" font-size="11" text-anchor="end">${label}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

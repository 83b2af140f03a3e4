/** One second of a load. */
export interface Second {
  /** Seconds after the beginning. */
  readonly at: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** Something that happened meanwhile, in seconds after the beginning. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const WIDTH = 760;
const HEIGHT = 340;
const LEFT = 60;
const RIGHT = 740;
const TOP = 60;
const BOTTOM = 290;

/**
 * Draws latencies second by second over a logarithmic axis, with bands for what happened meanwhile and a cross for
 * each second in which a call failed.
 *
 * @returns SVG
 */
export function latencyChart(title: string, seconds: readonly Second[], spans: readonly Span[]): string {
  const last = Math.max(1, ...seconds.map(({ at }) => at + 1), ...spans.map(({ to }) => to));
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(1, ...seconds.map(({ p99 }) => p99)))));
  const x = (at: number) => (LEFT + ((RIGHT - LEFT) * at) / last).toFixed(1);
  const y = (ms: number) => (BOTTOM - ((BOTTOM - TOP) * Math.log10(Math.max(1, ms))) / decades).toFixed(1);
  const line = (colour: string, of: (second: Second) => number) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${seconds.map((second) => `${x(second.at)},${y(of(second))}`).join(' ')}"/>`;
  const parts = [
    `<text x="${LEFT}" y="24" font-size="15" font-weight="600">${escaped(title)}</text>`,
    `<text x="${LEFT}" y="44" font-size="12"><tspan fill="#1b6e53">p50</tspan> <tspan fill="#3457a6">p99</tspan> of each second; bands: a replica is replaced</text>`,
    ...spans.map(
      ({ name, from, to }) =>
        `<path d="M${x(from)} ${TOP}H${x(to)}V${BOTTOM}H${x(from)}Z" fill="#f0e2d6"><title>${escaped(name)}</title></path>`,
    ),
    ...Array.from({ length: decades + 1 }, (_, power) => rule(y(10 ** power), `${10 ** power} ms`)),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => label(x(share * last), `${Math.round(share * last)} s`)),
    line('#1b6e53', ({ p50 }) => p50),
    line('#3457a6', ({ p99 }) => p99),
    ...seconds
      .filter(({ failed }) => failed > 0)
      .map(({ at }) => `<path d="M${x(at)} ${TOP}m-4 -4l8 8m0 -8l-8 8" stroke="#a23b72" stroke-width="2"/>`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function rule(y: string, text: string): string {
  return `<path d="M${LEFT} ${y}H${RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y}" font-size="11" text-anchor="end">${text}</text>`;
}

function label(x: string, text: string): string {
  return `<text x="${x}" y="${BOTTOM + 18}" font-size="11" text-anchor="middle">${text}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

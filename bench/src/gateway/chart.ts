import type { Row } from './rows.js';

const WIDTH = 960;
const LEFT = 270;
const BARS = 380;
const TOP = 76;
const STEP = 52;
const BAR = 18;

/** The bars of a gateway; the colours differ in lightness too. */
const REQUESTS = [
  { of: 'get', name: 'GET one', colour: '#1f5fa8' },
  { of: 'list', name: 'list twenty', colour: '#e08a1e' },
] as const;

/** What stands to the right of the bars. */
const COLUMNS = [
  { x: 800, head: 'p99: one', of: ({ get }: Row) => `${get.p99} ms` },
  { x: 880, head: 'twenty', of: ({ list }: Row) => `${list.p99} ms` },
  { x: 948, head: 'RSS', of: ({ residentMb }: Row) => `${residentMb} MB` },
] as const;

/** The CPU of a request at each gateway as bars, and beside them tail and memory; an SVG document. */
export function chart(rows: readonly Row[]): string {
  const height = TOP + rows.length * STEP + 8;
  const scale = BARS / Math.max(...rows.flatMap(({ get, list }) => [get.cpuUs, list.cpuUs]));
  const texts = [
    text(12, 24, 'CPU of one request at the gateway, in microseconds', 'font-size="15" font-weight="600"'),
    ...REQUESTS.flatMap(({ name, colour }, index) => [
      `<rect x="${LEFT + index * 110}" y="40" width="12" height="12" fill="${colour}"/>`,
      text(LEFT + 18 + index * 110, 51, name),
    ]),
    ...COLUMNS.map(({ x, head }) => text(x, 51, head, 'text-anchor="end" font-weight="600"')),
  ];
  const bars = rows.flatMap((row, index) => barsOf(row, TOP + index * STEP, scale));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="CPU of one request by gateway" font-family="system-ui, sans-serif" font-size="12" fill="#1b2733">`,
    `<rect width="${WIDTH}" height="${height}" rx="6" fill="#ffffff"/>`,
    ...texts,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

function barsOf(row: Row, y: number, scale: number): string[] {
  const weight = row.name === 'Gatehouse' ? ' font-weight="600"' : '';
  return [
    text(LEFT - 10, y + BAR + 4, row.name, `text-anchor="end"${weight}`),
    ...REQUESTS.flatMap(({ of, colour }, index) => {
      const top = y + index * (BAR + 2);
      const width = Math.round(row[of].cpuUs * scale * 10) / 10;
      return [
        `<rect x="${LEFT}" y="${top}" width="${width}" height="${BAR}" fill="${colour}"/>`,
        text(LEFT + width + 6, top + 13, String(Math.round(row[of].cpuUs))),
      ];
    }),
    ...COLUMNS.map(({ x, of }) => text(x, y + BAR + 4, of(row), 'text-anchor="end"')),
  ];
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes && ` ${attributes}`}>${content}</text>`;
}

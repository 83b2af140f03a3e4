import type { Row } from './row.js';

const WIDTH = 960;
const LEFT = 210;
const BARS = 350;
const TOP = 76;
const STEP = 40;
const BAR = 22;

/** Parts of a bar; the colours differ in lightness too. */
const PARTS = [
  { of: 'services', name: 'gateway and service', colour: '#1f5fa8' },
  { of: 'auth', name: 'auth', colour: '#e08a1e' },
  { of: 'postgres', name: 'PostgreSQL', colour: '#9aa7b4' },
] as const;

/** What stands to the right of the bars. */
const COLUMNS = [
  { x: 690, head: 'p99', of: (row: Row) => `${row.p99} ms` },
  { x: 790, head: 'revoked after', of: (row: Row) => `${row.revokedAfter} ms` },
  {
    x: 948,
    head: 'without auth / its data',
    of: (row: Row) => `${row.withoutAuth} % / ${row.withoutDatabase} %`,
  },
] as const;

/** The CPU of a call of each contestant as bars, and beside them what people ask next; an SVG document. */
export function chart(rows: readonly Row[]): string {
  const height = TOP + rows.length * STEP + 14;
  const scale = BARS / Math.max(...rows.map(({ cpu }) => cpu.total));
  const texts = [
    text(12, 24, 'CPU of one call, in microseconds', 'font-size="15" font-weight="600"'),
    ...PARTS.flatMap(({ name, colour }, index) => [
      `<rect x="${LEFT + index * 150}" y="40" width="12" height="12" fill="${colour}"/>`,
      text(LEFT + 18 + index * 150, 51, name),
    ]),
    ...COLUMNS.map(({ x, head }) => text(x, 51, head, 'text-anchor="end" font-weight="600"')),
  ];
  const bars = rows.flatMap((row, index) => bar(row, TOP + index * STEP, scale));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="CPU of one call by credential" font-family="system-ui, sans-serif" font-size="12" fill="#1b2733">`,
    `<rect width="${WIDTH}" height="${height}" rx="6" fill="#ffffff"/>`,
    ...texts,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

function bar(row: Row, y: number, scale: number): string[] {
  const drawn: string[] = [text(LEFT - 10, y + 15, row.name, 'text-anchor="end"')];
  let x = LEFT;
  for (const { of, colour } of PARTS) {
    const width = Math.max(0, row.cpu[of]) * scale;
    drawn.push(`<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${BAR}" fill="${colour}"/>`);
    x += width;
  }
  drawn.push(text(round(x + 6), y + 15, String(row.cpu.total)));
  for (const { x: at, of } of COLUMNS) drawn.push(text(at, y + 15, of(row), 'text-anchor="end"'));
  return drawn;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}"${attributes && ` ${attributes}`}>${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

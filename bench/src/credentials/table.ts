import type { Row } from './row.js';

const HEAD = [
  'the caller shows',
  'CPU: services',
  'auth',
  'PostgreSQL',
  'p50',
  'p99',
  'queries',
  'bytes: request',
  'to the service',
  'from it',
  'revoked after',
  'without auth',
  'and its database',
];

/** The rows as a table in Markdown. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    us(row.cpu.services),
    us(row.cpu.auth),
    us(row.cpu.postgres),
    ms(row.p50),
    ms(row.p99),
    String(row.statements),
    String(row.requestBytes),
    String(row.gatewayBytes),
    String(row.serviceBytes),
    ms(row.revokedAfter),
    `${row.withoutAuth} %`,
    `${row.withoutDatabase} %`,
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return `${[line(HEAD), line(rule), ...cells.map(line)].join('\n')}\n`;
}

function us(value: number): string {
  return `${value} us`;
}

function ms(value: number): string {
  return `${value} ms`;
}

import type { RequestRow, Row } from './rows.js';

const HEAD = ['gateway', 'GET one: CPU', 'at', 'p50', 'p99', 'list twenty: CPU', 'at', 'p50', 'p99', 'RSS'];

/** The rows as a table in Markdown. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, get, list, residentMb }) => [
    name,
    ...cellsOf(get),
    ...cellsOf(list),
    `${residentMb} MB`,
  ]);
  const rule = HEAD.map((_, column) => (column === 0 ? '---' : '---:'));
  const lines = [HEAD, rule, ...cells].map((line) => `| ${line.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function cellsOf({ cpuUs, rate, p50, p99 }: RequestRow): string[] {
  return [`${cpuUs} us`, `${rate}/s`, `${p50} ms`, `${p99} ms`];
}

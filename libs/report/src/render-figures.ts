import type { Figure } from './figure.js';

/** The table of figures that a run prints: name, value, unit, goal, and whether it is met. */
export function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, goal, met }) => [
    name,
    value.toLocaleString('en', { maximumFractionDigits: 2 }),
    unit,
    goal,
    goal === '-' ? '' : met ? 'met' : 'MISSED',
  ]);
  const table = [['figure', 'value', 'unit', 'goal', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

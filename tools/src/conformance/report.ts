import { allMet, type Figure, writeFigures as write } from '@gatehouse/report';

/** What came of one case. `detail` is the reason of anything but agreement. */
export interface CaseResult {
  readonly id: string;
  readonly group: string;
  readonly verdict: 'agreed' | 'not applicable' | 'failed';
  readonly detail?: string;
}

/** What a run found. */
export interface ConformanceReport {
  readonly results: readonly CaseResult[];
  /** Figures besides the counts of the groups. */
  readonly figures: readonly Figure[];
}

/** Whether every applicable case agreed and every figure met its goal. */
export function succeeded(report: ConformanceReport): boolean {
  return allMet(figuresOf(report));
}

/** The table that a run prints: a line per group, then why cases were left out, then every failure. */
export function renderReport(report: ConformanceReport): string {
  const lines = [row('group', 'run', 'agreed', 'not applicable', 'failed')];
  for (const [group, results] of byGroup(report.results)) lines.push(groupRow(group, results));
  lines.push(groupRow('total', report.results), '');
  const left = report.results.filter(({ verdict }) => verdict === 'not applicable');
  for (const [reason, results] of groupBy(left, ({ detail }) => detail ?? '')) {
    lines.push(`not applicable (${results.length}): ${reason}`);
  }
  for (const { id, detail } of report.results.filter(({ verdict }) => verdict === 'failed')) {
    lines.push(`FAILED ${id}: ${detail ?? ''}`);
  }
  for (const { name, value, unit, goal, met } of report.figures) {
    lines.push(`${name}: ${value} ${unit} (goal ${goal}) ${met ? 'met' : 'MISSED'}`);
  }
  return lines.join('\n');
}

/** Writes the figures, the counts of the groups among them, and the machine they are from. */
export function writeFigures(file: string, report: ConformanceReport): Promise<void> {
  return write(file, figuresOf(report));
}

function figuresOf(report: ConformanceReport): Figure[] {
  const groups = byGroup(report.results).map(([group, results]): Figure => {
    const { run, agreed } = countsOf(results);
    return { name: `${group}: agreed`, value: agreed, unit: 'cases', goal: `= ${run}`, met: agreed === run };
  });
  return [...groups, ...report.figures];
}

function byGroup(results: readonly CaseResult[]): [string, CaseResult[]][] {
  return groupBy(results, ({ group }) => group);
}

function groupBy(
  results: readonly CaseResult[],
  keyOf: (result: CaseResult) => string,
): [string, CaseResult[]][] {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    const key = keyOf(result);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [result]);
    else members.push(result);
  }
  return [...groups];
}

function countsOf(results: readonly CaseResult[]) {
  const count = (verdict: CaseResult['verdict']) =>
    results.filter((result) => result.verdict === verdict).length;
  const notApplicable = count('not applicable');
  return {
    run: results.length - notApplicable,
    agreed: count('agreed'),
    notApplicable,
    failed: count('failed'),
  };
}

function groupRow(group: string, results: readonly CaseResult[]): string {
  const { run, agreed, notApplicable, failed } = countsOf(results);
  return row(group, run, agreed, notApplicable, failed);
}

function row(group: string, ...columns: readonly (string | number)[]): string {
  return group.padEnd(30) + columns.map((column) => String(column).padStart(16)).join('');
}

/** The metrics of one or several processes: the labels that the series of each name have. */
export type ExportedMetrics = ReadonlyMap<string, ReadonlySet<string>>;

const SERIES = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? \S+(?: \d+)?$/;
const LABEL = /([A-Za-z_][A-Za-z0-9_]*)="(?:[^"\\]|\\.)*"/g;

/** Reads what processes export as Prometheus would. @throws Error when one does not answer, or with another format */
export async function readMetrics(healthUrls: readonly string[]): Promise<ExportedMetrics> {
  const metrics = new Map<string, Set<string>>();
  for (const text of await Promise.all(healthUrls.map(readPage))) {
    for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
      const [, name, labels = ''] = SERIES.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a series: ${line}`);
      const known = metrics.get(name) ?? new Set<string>();
      for (const [, label = ''] of labels.matchAll(LABEL)) known.add(label);
      metrics.set(name, known);
    }
  }
  return metrics;
}

async function readPage(healthUrl: string): Promise<string> {
  const response = await fetch(`${healthUrl}/metrics`);
  if (!response.ok) throw new Error(`${healthUrl}/metrics: ${response.status}`);
  return response.text();
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../repository-root.js';

/** An expression and where it stands. */
export interface Expression {
  /** The alert, or the dashboard and its panel. */
  readonly where: string;
  readonly text: string;
}

/** An alert of Prometheus, as far as it is looked at. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
}

interface AlertFile {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
}

interface PrometheusFile {
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const FOLDER = join(repositoryRoot, 'deploy/observability');

/** The alerts of the cluster. */
export async function readAlerts(): Promise<readonly Alert[]> {
  const { groups } = parse(await readFile(join(FOLDER, 'alerts.yaml'), 'utf8')) as AlertFile;
  return groups.flatMap(({ rules }) => rules);
}

/** The services that Prometheus asks. */
export async function readJobs(): Promise<readonly string[]> {
  const file = parse(await readFile(join(FOLDER, 'prometheus.yaml'), 'utf8')) as PrometheusFile;
  return file.scrape_configs.map(({ job_name: name }) => name);
}

/** Every expression that an alert or a dashboard asks Prometheus for. */
export async function readExpressions(): Promise<readonly Expression[]> {
  const alerts = (await readAlerts()).map(({ alert, expr }) => ({ where: `alert ${alert}`, text: expr }));
  const folder = join(FOLDER, 'grafana/dashboards');
  const dashboards = await Promise.all(
    (await readdir(folder)).map(
      async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Dashboard,
    ),
  );
  const panels = dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => ({ where: `${title}: ${panel.title}`, text: expr })),
    ),
  );
  return [...alerts, ...panels];
}

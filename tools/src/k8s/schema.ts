import type { Manifest } from './manifest.js';

/** A class of kubernetes-models: `validate` checks an object of one kind against its schema. */
interface Model {
  readonly prototype: { validate(this: object): void };
}

/** The packages whose models are generated from CustomResourceDefinitions. */
const PACKAGES: Readonly<Record<string, string>> = {
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** The module of a kind's model. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const [group = ''] = apiVersion.split('/');
  return `${PACKAGES[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}

/**
 * Checks an object against the schema of its kind: types, enumerations, what is required, and that it has nothing which the
 * schema does not know, as an API server would otherwise drop it.
 *
 * @returns what is wrong, empty when nothing is
 * @throws Error when no model of the kind is installed
 */
export async function schemaFaults(manifest: Manifest): Promise<readonly string[]> {
  const module = (await import(moduleOf(manifest))) as Record<string, Model>;
  const unread = new Map<object, Set<string>>();
  const paths = new Map<object, string>();
  const faults: string[] = [];
  try {
    module[manifest.kind]!.prototype.validate.call(watched(manifest, '', unread, paths));
  } catch (error) {
    faults.push((error as Error).message);
  }
  for (const [node, keys] of unread) {
    // What holds a node that the schema has not looked at is named itself.
    for (const key of keys) faults.push(`${paths.get(node) ?? ''}/${key} is unknown`);
  }
  return faults;
}

/**
 * The compiled schemas let unknown members pass, but read every member that they know. So what they have not read is
 * unknown to them.
 */
function watched(
  node: object,
  path: string,
  unread: Map<object, Set<string>>,
  paths: Map<object, string>,
): object {
  const seen = new Map<string, unknown>();
  unread.set(node, new Set(Object.keys(node)));
  paths.set(node, path);
  return new Proxy(node, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol') return value;
      unread.get(target)!.delete(key);
      if (typeof value !== 'object' || value === null) return value;
      if (!seen.has(key)) seen.set(key, watched(value, `${path}/${key}`, unread, paths));
      return seen.get(key);
    },
  });
}

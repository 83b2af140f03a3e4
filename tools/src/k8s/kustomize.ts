import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { patched, type PatchOperation } from './json-patch.js';
import type { Container, Labels, Manifest } from './manifest.js';

interface Generator {
  readonly name: string;
  readonly behavior?: 'merge';
  readonly envs?: readonly string[];
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
}

interface Kustomization {
  readonly namespace?: string;
  readonly labels?: readonly { readonly pairs: Labels; readonly includeTemplates: true }[];
  readonly resources?: readonly string[];
  readonly configMapGenerator?: readonly Generator[];
  readonly secretGenerator?: readonly Generator[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name?: string };
    readonly patch: string;
  }[];
}

/** What is understood here; anything else is refused, so that nothing is left out in silence. */
const MEMBERS = new Set([
  ...['apiVersion', 'kind', 'namespace', 'labels', 'resources', 'images', 'patches'],
  ...['configMapGenerator', 'secretGenerator', 'generatorOptions'],
]);

/**
 * Reads a folder as `kubectl kustomize` renders it, but for the hashes in the names of generated ConfigMaps: as much of
 * kustomize as these manifests use, so that their rules can be checked without it.
 *
 * @throws Error about a member of a kustomization, or a patch, that is not understood
 */
export async function readKustomized(folder: string): Promise<readonly Manifest[]> {
  const file = parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  const unknown = Object.keys(file).filter((member) => !MEMBERS.has(member));
  if (unknown.length > 0) throw new Error(`${folder}: ${unknown.join(', ')} is not understood`);
  const manifests: Manifest[] = [];
  for (const path of file.resources ?? []) manifests.push(...(await readResource(join(folder, path))));
  for (const generator of file.configMapGenerator ?? [])
    generate(manifests, 'ConfigMap', generator, await contentsOf(generator, folder));
  for (const generator of file.secretGenerator ?? []) {
    const contents = Object.entries(await contentsOf(generator, folder));
    const data = contents.map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const);
    generate(manifests, 'Secret', generator, Object.fromEntries(data));
  }
  return manifests.map((manifest) => transformed(manifest, file));
}

async function readResource(path: string): Promise<readonly Manifest[]> {
  if ((await stat(path)).isDirectory()) return readKustomized(path);
  return parseAllDocuments(await readFile(path, 'utf8')).map((document) => document.toJS() as Manifest);
}

async function contentsOf({ envs = [], literals = [], files = [] }: Generator, folder: string) {
  const contents: Record<string, string> = {};
  const add = (line: string) => {
    const at = line.indexOf('=');
    contents[line.slice(0, at)] = line.slice(at + 1);
  };
  for (const path of envs) {
    const text = await readFile(join(folder, path), 'utf8');
    text.split('\n').forEach((line) => line !== '' && !line.startsWith('#') && add(line));
  }
  literals.forEach(add);
  for (const file of files) {
    const [key = '', path = key] = file.split('=');
    contents[key] = await readFile(join(folder, path), 'utf8');
  }
  return contents;
}

function generate(manifests: Manifest[], kind: string, { name, behavior }: Generator, data: Labels): void {
  if (behavior === undefined) {
    const type = kind === 'Secret' ? { type: 'Opaque' } : {};
    manifests.push({ apiVersion: 'v1', kind, metadata: { name }, data, ...type });
    return;
  }
  const at = manifests.findIndex((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  const merged = manifests[at];
  if (!merged) throw new Error(`there is no ${kind} ${name} to merge with`);
  manifests[at] = { ...merged, data: { ...(merged['data'] as Labels), ...data } };
}

function transformed(
  manifest: Manifest,
  { patches = [], labels = [], images = [], namespace }: Kustomization,
) {
  let document = structuredClone(manifest) as Mutable;
  for (const { target, patch } of patches) {
    if (
      target.kind !== document.kind ||
      !new RegExp(`^(?:${target.name ?? '.*'})$`).test(document.metadata.name)
    )
      continue;
    for (const operation of parse(patch) as PatchOperation[])
      document = patched(document, operation) as Mutable;
  }
  if (namespace !== undefined && document.kind !== 'Namespace') document.metadata.namespace = namespace;
  const template = document.spec?.template;
  for (const { pairs } of labels) {
    document.metadata.labels = { ...document.metadata.labels, ...pairs };
    if (template) template.metadata.labels = { ...template.metadata.labels, ...pairs };
  }
  for (const container of [...(template?.spec.initContainers ?? []), ...(template?.spec.containers ?? [])]) {
    const image = images.find(({ name }) => container.image.startsWith(`${name}:`));
    if (image) container.image = `${image.newName}:${image.newTag}`;
  }
  return document as Manifest;
}

interface Mutable {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  spec?: {
    template?: {
      metadata: { labels?: Labels };
      spec: { initContainers?: MutableContainer[]; containers: MutableContainer[] };
    };
  };
}

type MutableContainer = { -readonly [Member in keyof Container]: Container[Member] };

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { patched } from './json-patch.js';
import { readKustomized } from './kustomize.js';
import type { Manifest } from './manifest.js';
import { withOverlays } from './spec/overlays.js';

/** Whether kubectl is there, which renders a kustomization without a cluster. */
function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** By kind and name, in one order, without the hashes in names, secrets as the texts that they are. */
function comparable(manifests: readonly Manifest[]): readonly unknown[] {
  const hashed = /"(settings|auth|users|resources|gateway|demo-accounts)-[a-z0-9]{10}"/g;
  const named = JSON.parse(JSON.stringify(manifests).replace(hashed, '"$1"')) as Manifest[];
  const key = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;
  const decoded = (manifest: Manifest) => {
    const data = Object.entries(manifest['data'] as Record<string, string>);
    const texts = data.map(([name, value]) => [name, Buffer.from(value, 'base64').toString()] as const);
    return { ...manifest, data: Object.fromEntries(texts) };
  };
  return named
    .sort((a, b) => key(a).localeCompare(key(b)))
    .map((manifest) => (manifest.kind === 'Secret' ? decoded(manifest) : manifest));
}

describe('readKustomized', () => {
  (hasKubectl() ? it : it.skip).each(['dev', 'prod'])('reads %s as kubectl renders it', async (overlay) => {
    await withOverlays(async (folder) => {
      const rendered = execFileSync('kubectl', ['kustomize', join(folder, overlay)], { encoding: 'utf8' });
      const expected = parseAllDocuments(rendered).map((document) => document.toJS() as Manifest);
      expect(comparable(await readKustomized(join(folder, overlay)))).toEqual(comparable(expected));
    });
  });

  describe('what it does not understand', () => {
    let folder: string;
    const read = async (kustomization: string) => {
      await writeFile(join(folder, 'kustomization.yaml'), kustomization);
      return readKustomized(folder);
    };
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'gatehouse-kustomize-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('refuses members that it does not know', async () => {
      await expect(read('namePrefix: x-')).rejects.toThrow(/namePrefix/);
    });

    it('refuses to merge with what is not there', async () => {
      const generator = 'configMapGenerator: [{ name: a, behavior: merge, literals: [a=b] }]';
      await expect(read(generator)).rejects.toThrow(/ConfigMap a/);
    });
  });
});

describe('patched', () => {
  const document = { list: [1], map: { a: 1 } };

  it('adds to maps and at the end of arrays, and replaces', () => {
    expect(patched(document, { op: 'add', path: '/list/-', value: 2 })).toEqual({
      ...document,
      list: [1, 2],
    });
    expect(patched(document, { op: 'add', path: '/map/b', value: 2 })).toEqual({
      ...document,
      map: { a: 1, b: 2 },
    });
    expect(patched(document, { op: 'replace', path: '/map/a', value: 2 })).toEqual({
      ...document,
      map: { a: 2 },
    });
    expect(document).toEqual({ list: [1], map: { a: 1 } });
  });

  it.each([
    ['replace', '/map/b'],
    ['add', '/nowhere/b'],
    ['add', '/list/0'],
  ] as const)('refuses to %s at %s', (op, path) => {
    expect(() => patched(document, { op, path, value: 2 })).toThrow(path);
  });
});

import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readKustomized } from './kustomize.js';
import type { Manifest } from './manifest.js';
import { schemaFaults } from './schema.js';
import { withOverlays } from './spec/overlays.js';

const [dev, prod] = await withOverlays((folder) =>
  Promise.all(['dev', 'prod'].map((overlay) => readKustomized(join(folder, overlay)))),
);

/** CloudNativePG's schema is in no package. */
const hasSchema = ({ apiVersion }: Manifest) => apiVersion !== 'postgresql.cnpg.io/v1';
const cases = [
  ...dev!.map((manifest) => ['dev', manifest] as const),
  ...prod!.map((manifest) => ['prod', manifest] as const),
].filter(([, manifest]) => hasSchema(manifest));

const budget = (spec: object): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'spec' },
  spec,
});

describe('every manifest', () => {
  it.each(
    cases.map(
      ([overlay, manifest]) => [`${overlay}: ${manifest.kind} ${manifest.metadata.name}`, manifest] as const,
    ),
  )('has the form of its kind: %s', async (_name, manifest) => {
    expect(await schemaFaults(manifest)).toEqual([]);
  });

  it('is known by its schema, but for one kind', () => {
    const others = [...dev!, ...prod!].filter((manifest) => !hasSchema(manifest));
    expect(others.map(({ kind }) => kind)).toEqual(['Cluster']);
  });
});

describe('schemaFaults', () => {
  it.each([
    ['a wrong type', budget({ minAvailable: true }), /minAvailable/],
    [
      'what is not in an enumeration',
      budget({ unhealthyPodEvictionPolicy: 'Never' }),
      /unhealthyPodEvictionPolicy/,
    ],
    [
      'an unknown member',
      budget({ selector: { matchLabel: {} } }),
      /^\/spec\/selector\/matchLabel is unknown$/,
    ],
    ['an unknown member at the top', { ...budget({}), sepc: {} }, /^\/sepc is unknown$/],
    [
      'what is missing',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'x' },
        spec: { ports: [{ name: 'x' }] },
      } as Manifest,
      /port/,
    ],
  ])('finds %s', async (_name, manifest, fault) => {
    expect(await schemaFaults(manifest)).toContainEqual(expect.stringMatching(fault));
  });

  it('knows no kind without a model', async () => {
    await expect(schemaFaults({ ...budget({}), kind: 'Nothing' })).rejects.toThrow();
  });
});

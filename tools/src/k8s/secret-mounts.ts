import { ofKind, type Container, type Labels, type Manifest, type PodSpec, type Volume } from './manifest.js';

/** A file of a Secret, as a container sees it. */
export interface MountedSecret {
  readonly path: string;
  readonly secret: string;
  readonly key: string;
}

/** What CloudNativePG keeps of the authority behind a cluster's certificates, in the Secret `<cluster>-ca`. */
const AUTHORITY_KEYS = ['ca.crt', 'ca.key'];

/** What cert-manager keeps of a certificate. */
const CERTIFICATE_KEYS = ['ca.crt', 'tls.crt', 'tls.key'];

/** The keys of every Secret: of those that are written down, and of those that come from a store. */
function secretKeys(manifests: readonly Manifest[]): ReadonlyMap<string, readonly string[]> {
  interface ExternalSpec {
    readonly target: { readonly name: string };
    readonly data: readonly { readonly secretKey: string }[];
  }
  return new Map([
    ...ofKind(manifests, 'Secret').map(
      ({ metadata, data }) => [metadata.name, Object.keys(data as Labels)] as const,
    ),
    ...ofKind<ExternalSpec>(manifests, 'ExternalSecret').map(
      ({ spec }) => [spec!.target.name, spec!.data.map(({ secretKey }) => secretKey)] as const,
    ),
    ...ofKind<{ secretName: string }>(manifests, 'Certificate').map(
      ({ spec }) => [spec!.secretName, CERTIFICATE_KEYS] as const,
    ),
    ...ofKind(manifests, 'Cluster').map(({ metadata }) => [`${metadata.name}-ca`, AUTHORITY_KEYS] as const),
  ]);
}

/**
 * The files of Secrets that a container sees.
 *
 * @returns the names of Secrets and keys that do not exist as `missing`
 */
export function mountedSecrets(container: Container, pod: PodSpec, manifests: readonly Manifest[]) {
  const keys = secretKeys(manifests);
  const missing: string[] = [];
  const files = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = pod.volumes?.find((candidate) => candidate.name === name);
    return sourcesOf(volume).flatMap(({ secret, items }): MountedSecret[] => {
      const known = keys.get(secret) ?? [];
      if (!keys.has(secret)) missing.push(secret);
      const chosen = items ?? known.map((key) => ({ key, path: key }));
      missing.push(...chosen.filter(({ key }) => !known.includes(key)).map(({ key }) => `${secret}/${key}`));
      return chosen.map(({ key, path }) => ({ path: `${mountPath}/${path}`, secret, key }));
    });
  });
  return { files, missing };
}

function sourcesOf({ secret, projected }: Volume = { name: '' }) {
  const one = secret ? [{ secret: secret.secretName, items: secret.items }] : [];
  const several = (projected?.sources ?? []).flatMap(({ secret: source }) =>
    source ? [{ secret: source.name, items: source.items }] : [],
  );
  return [...one, ...several];
}

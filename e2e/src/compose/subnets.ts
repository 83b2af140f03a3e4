import { run } from './run.js';

/**
 * Networks that the engine has free now, by name: only in a network whose range was asked for can a container be
 * given back the address that it had before it was stopped.
 *
 * @returns each as `172.20.0.0/16`
 */
export async function freeSubnets<Name extends string>(
  project: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const probes = names.map((name) => `${project}-probe-${name}`);
  try {
    // All at once, so that they differ.
    for (const probe of probes) await run(['docker', 'network', 'create', '--internal', probe]);
    const format = '{{(index .IPAM.Config 0).Subnet}}';
    const shown = await run(['docker', 'network', 'inspect', '--format', format, ...probes]);
    const subnets = shown.trim().split('\n');
    return Object.fromEntries(names.map((name, index) => [name, subnets[index]])) as Record<Name, string>;
  } finally {
    await run(['docker', 'network', 'rm', ...probes]).catch(() => undefined);
  }
}

/** This machine's own address in a network that the engine made: the first one. */
export function hostAddressIn(subnet: string): string {
  const [address = ''] = subnet.split('/');
  return address.replace(/\d+$/, (last) => String(Number(last) + 1));
}

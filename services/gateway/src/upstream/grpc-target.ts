import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * A backend's address as grpc-js takes it: a name stands for all of its replicas, a list of IP addresses for
 * those in it. Several names cannot be told apart from one name with several answers, so a list holds none.
 */
export const grpcTarget = z.string().transform((text, context) => {
  const members = text.split(',').map((member) => member.trim());
  const [only = ''] = members;
  if (members.length === 1 && only.includes('://')) return only;
  const parsed = members.map(parseAuthority);
  if (parsed.some((member) => member === undefined)) {
    return refuse(context, 'must be host:port, or several ip:port separated by commas');
  }
  if (members.length === 1) return `dns:///${only}`;
  const families = new Set(parsed.map((member) => isIP(member?.host ?? '')));
  const [family] = families;
  if (families.size > 1 || family === 0) {
    return refuse(
      context,
      'several addresses must be IP addresses of one version; give names as dns:///name:port',
    );
  }
  return `ipv${family}:${members.join(',')}`;
});

/** `host:port`, where an IPv6 address stands in brackets. */
function parseAuthority(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) return undefined;
  return { host: match[1] ?? match[2] ?? '', port };
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

import {
  addressRanges,
  followerSettings,
  list,
  port,
  readSettings,
  refuseDevelopmentSecrets,
  refusePartialTls,
  verifierSettings,
  type Environment,
} from '@gatehouse/config';
import { BlockList } from 'node:net';
import { z } from 'zod';
import { mayExpose, mayForward } from './http/header-policy.js';
import { grpcTarget } from './upstream/grpc-target.js';
import { upstreamKinds } from './upstream/upstream-kind.js';

/** The gateway's name: its client ID towards auth. */
export const SERVICE = 'gateway';

const origin = z.string().refine(isOrigin, 'must be origins such as https://app.example, without a path');
const forwardable = z
  .string()
  .toLowerCase()
  .refine(mayForward, 'must be headers that say nothing of the caller or the call');
const exposable = z
  .string()
  .toLowerCase()
  .refine(mayExpose, "must be headers that are not the gateway's own");
const bodyLimit = z
  .string()
  .regex(/^[A-Za-z0-9_.]+=[1-9][0-9]{0,9}$/, 'must be package.Service.Method=bytes')
  .transform((text): [string, number] => {
    const [rpc = '', bytes = ''] = text.split('=');
    return [rpc, Number(bytes)];
  });

const schema = z
  .object({
    ...verifierSettings,
    ...followerSettings,
    /** The port of the HTTP face. */
    HTTP_PORT: port.default(8080),
    /** Where each backend is: `host:port`, `dns:///name:port`, or the `ip:port` of every replica. */
    AUTH_ADDRESS: grpcTarget,
    USERS_ADDRESS: grpcTarget,
    RESOURCES_ADDRESS: grpcTarget,
    /** Where auth serves browsers and OAuth clients; without it their paths lead nowhere. */
    AUTH_HTTP_ADDRESS: grpcTarget.optional(),
    /** What the services are called by: frames of our own, or grpc-js. */
    UPSTREAM: z.enum(upstreamKinds).default('http2-grpc'),
    /** What the gateway proves itself with towards auth. */
    CLIENT_SECRET: z.string().min(16).max(256),
    /** The proxies that are believed about the address of their clients: ranges in CIDR notation. */
    TRUSTED_PROXIES: addressRanges.default(new BlockList()),
    /** The origins whose pages may call; none unless given. */
    CORS_ORIGINS: list.pipe(z.array(origin)).default([]),
    /** Request headers that become metadata of the same name, and metadata of replies that becomes headers. */
    FORWARD_HEADERS: list.pipe(z.array(forwardable)).default([]),
    EXPOSE_METADATA: list.pipe(z.array(exposable)).default([]),
    /** The largest body of single RPCs: `package.Service.Method=bytes`. */
    BODY_LIMITS: list
      .pipe(z.array(bodyLimit))
      .transform((limits) => new Map(limits))
      .default(new Map()),
  })
  .superRefine(refusePartialTls)
  .superRefine(refuseDevelopmentSecrets('CLIENT_SECRET'));

/** Every setting of the gateway. */
export type GatewaySettings = Readonly<z.output<typeof schema>>;

/** @throws ConfigFault naming every missing, wrong and unknown setting */
export function readGatewaySettings(environment: Environment = process.env): GatewaySettings {
  return readSettings(schema, environment);
}

/** An origin as browsers send it: scheme, host and a port that is not the default one. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && text !== 'null';
}

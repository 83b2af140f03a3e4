import { list, port, readSettings, verifierSettings, type Environment } from '@gatehouse/config';
import { z } from 'zod';
import { grpcTarget } from './upstream/grpc-target.js';

const origin = z.string().refine(isOrigin, 'must be origins such as https://app.example, without a path');

const schema = z.object({
  ...verifierSettings,
  /** The port of the HTTP face. */
  HTTP_PORT: port.default(8080),
  /** Where each backend is: `host:port`, `dns:///name:port`, or the `ip:port` of every replica. */
  AUTH_ADDRESS: grpcTarget,
  USERS_ADDRESS: grpcTarget,
  RESOURCES_ADDRESS: grpcTarget,
  /** The origins whose pages may call; none unless given. */
  CORS_ORIGINS: list.pipe(z.array(origin)).default([]),
});

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

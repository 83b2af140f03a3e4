import { ChannelCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { openTransport, serviceName, type ServiceName, type Transport } from '@gatehouse/grpc/client';
import type { Addresses } from '../system/system-facts.js';

const SILENT = { info: () => undefined, warn: () => undefined };

/** By the path of the certificate: it is read again while it is in use. */
const transports = new Map<string, Transport>();

/**
 * What a channel to a service is opened with: by mutual TLS where the system has it, in the clear elsewhere.
 *
 * @param called the generated client, or the full name of the gRPC service
 */
export function credentialsFor(
  { tls }: Pick<Addresses, 'tls'>,
  called: { readonly service: ServiceDefinition } | string,
): ChannelCredentials {
  if (tls === undefined) return ChannelCredentials.createInsecure();
  let transport = transports.get(tls.certificate);
  if (transport === undefined) {
    transport = openTransport({ service: 'gateway', files: tls, production: false, log: SILENT });
    transports.set(tls.certificate, transport);
  }
  return transport.channelTo(owner(typeof called === 'string' ? called : serviceName(called.service)));
}

/** `gatehouse.auth.v1.TokenService` is served by auth. */
function owner(fullName: string): ServiceName {
  return fullName.split('.')[1] as ServiceName;
}

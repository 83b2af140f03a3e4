import {
  ChannelCredentials,
  type ChannelOptions,
  type Client,
  type ClientOptions,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { DescService, FileRegistry } from '@bufbuild/protobuf';
import { LeastLoadConfig, type LeastLoadSettings } from './balancing/least-load-config.js';
import { registerLeastLoad } from './balancing/register-least-load.js';
import { idempotentMethods } from './idempotent-paths.js';
import { serviceName } from './service-name.js';

/** A generated client's constructor. */
export interface ClientConstructor<C extends Client> {
  new (address: string, credentials: ChannelCredentials, options?: Partial<ClientOptions>): C;
  readonly service: ServiceDefinition;
}

/** Options of every outgoing channel; see {@link openClient}. */
const channelOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.enable_retries': 1,
  // The policy looks names up by itself; this bounds what failing connections may ask for beside that.
  'grpc.dns_min_time_between_resolutions_ms': 2_000,
  // A TXT record is not to say how calls are balanced and repeated.
  'grpc.service_config_disable_resolution': 1,
};

/**
 * Opens a client of a service of the contract: calls go to all replicas behind
 * a name, past those that are slow or fail (ADR 0022), and
 * the methods that the contract calls idempotent are retried within a budget
 * (gRFC A6). One channel does not share connections with another.
 *
 * @param address `host:port`, or `dns:///host:port`
 */
export function openClient<C extends Client>(
  constructor: ClientConstructor<C>,
  address: string,
  registry: FileRegistry,
  credentials = ChannelCredentials.createInsecure(),
  balancing: LeastLoadSettings = {},
): C {
  const service = registry.getService(serviceName(constructor.service));
  if (!service) throw new Error(`${serviceName(constructor.service)} is not in the contract`);
  return new constructor(address, credentials, clientOptions([service], balancing));
}

/**
 * The options of a channel to these services: limits, keepalive, the balancing over the replicas and the retries that
 * the contract allows. Channels that are made with it share no connection, but what they learn of replicas.
 */
export function clientOptions(
  services: readonly DescService[],
  balancing: LeastLoadSettings = {},
): ChannelOptions {
  registerLeastLoad();
  return {
    ...channelOptions,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config': JSON.stringify(serviceConfig(services, balancing)),
  };
}

/** The policies of services: of retries from the idempotency levels of their methods. */
function serviceConfig(services: readonly DescService[], balancing: LeastLoadSettings): object {
  const retryPolicy = {
    maxAttempts: 3,
    // grpc-js reads fewer than nine decimals as nanoseconds.
    initialBackoff: '0.050000000s',
    maxBackoff: '0.500000000s',
    backoffMultiplier: 2,
    // INTERNAL: what a call gets when another call's cancellation ends the connection.
    retryableStatusCodes: ['UNAVAILABLE', 'INTERNAL'],
  };
  return {
    loadBalancingConfig: [{ [LeastLoadConfig.policy]: balancing }],
    retryThrottling: { maxTokens: 10, tokenRatio: 0.1 },
    methodConfig: [
      {
        name: idempotentMethods(services).map(({ name, parent }) => ({
          service: parent.typeName,
          method: name,
        })),
        retryPolicy,
      },
    ].filter(({ name }) => name.length > 0),
  };
}

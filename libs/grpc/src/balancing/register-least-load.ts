import { experimental } from '@grpc/grpc-js';
import { LeastLoadBalancer } from './least-load-balancer.js';
import { LeastLoadConfig } from './least-load-config.js';

/** Makes the policy known to grpc-js, once for the process. */
export function registerLeastLoad(): void {
  if (experimental.isLoadBalancerNameRegistered(LeastLoadConfig.policy)) return;
  experimental.registerLoadBalancerType(LeastLoadConfig.policy, LeastLoadBalancer, LeastLoadConfig);
}

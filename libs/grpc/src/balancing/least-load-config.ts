import type { experimental } from '@grpc/grpc-js';
import type { ChannelUse } from '@gatehouse/http2-grpc';

/** The settings of the policy in a service config. */
export interface LeastLoadSettings {
  /** What the channel is for; calls unless given. */
  readonly use?: ChannelUse;
  /** How often the name is looked up, in milliseconds; 10,000 unless given. */
  readonly lookUpEveryMs?: number;
}

/**
 * How long a new replica may go unnoticed, in milliseconds. What a name server or its caches add to that, 30 s in a
 * common Kubernetes, is not ours.
 */
const LOOK_UP_EVERY_MS = 10_000;

/** The settings of {@link LeastLoadSettings} as grpc-js hands them around. */
export class LeastLoadConfig implements experimental.TypedLoadBalancingConfig {
  /** The name of the policy in a service config. */
  static readonly policy = 'gatehouse_least_load';

  readonly use: ChannelUse;
  readonly lookUpEveryMs: number;

  constructor({ use = 'calls', lookUpEveryMs = LOOK_UP_EVERY_MS }: LeastLoadSettings = {}) {
    this.use = use;
    this.lookUpEveryMs = lookUpEveryMs;
  }

  /** Called by grpc-js with what `clientOptions` wrote. */
  static createFromJson(settings: LeastLoadSettings): LeastLoadConfig {
    return new LeastLoadConfig(settings);
  }

  getLoadBalancerName(): string {
    return LeastLoadConfig.policy;
  }

  toJsonObject(): object {
    return { [LeastLoadConfig.policy]: { use: this.use, lookUpEveryMs: this.lookUpEveryMs } };
  }
}

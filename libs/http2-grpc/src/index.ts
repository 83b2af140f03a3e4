export { chooseReplica } from './balancing/choose-replica.js';
export type { ChannelUse, ReplicaLoad } from './balancing/replica-load.js';
export { ReplicaLoads } from './balancing/replica-loads.js';
export { verdictOf } from './balancing/verdict.js';
export { Channel, type ChannelOptions } from './client/channel.js';

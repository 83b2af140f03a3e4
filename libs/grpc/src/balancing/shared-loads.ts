import { ReplicaLoads } from '@gatehouse/http2-grpc';
import { MAX_CALL_MS } from '../server-limits.js';

/** What this process knows of replicas: all channels have one opinion of each. */
export const replicaLoads = new ReplicaLoads(MAX_CALL_MS);

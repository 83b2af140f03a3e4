export {
  createGatehouseClient,
  type GatehouseClient,
  type GatehouseClientOptions,
} from './gatehouse-client.js';
export type { components, operations, paths, Problem } from './rest-types.js';

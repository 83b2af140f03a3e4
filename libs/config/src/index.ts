export { ConfigFault } from './config-fault.js';
export { readSettings, type Environment } from './read-settings.js';
export {
  grpcServiceSettings,
  refuseDevelopmentSecrets,
  serviceSettings,
  verifierSettings,
} from './service-settings.js';
export {
  addressRanges,
  count,
  DEVELOPMENT_SECRET_PREFIX,
  durationMs,
  environmentName,
  list,
  port,
  secretBytes,
} from './setting-types.js';

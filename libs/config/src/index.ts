export { ConfigFault } from './config-fault.js';
export { loadLimits } from './load-limits.js';
export { readSettings, type Environment } from './read-settings.js';
export {
  followerSettings,
  grpcServiceSettings,
  loadSettings,
  refuseDevelopmentSecrets,
  serviceSettings,
  tlsSettings,
  verifierSettings,
} from './service-settings.js';
export { traceTarget } from './trace-target.js';
export { refusePartialTls, tlsFiles } from './tls-files.js';
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

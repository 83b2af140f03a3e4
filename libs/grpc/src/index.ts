export { CallMeasures, type MeasuredMethod } from './call-measures.js';
export { endCallSpan } from './call-span.js';
export { Call, callOf, type CallPeer } from './call.js';
export { ClientCall, ClientCalls } from './client-calls.js';
export type { LeastLoadSettings } from './balancing/least-load-config.js';
export { replicaLoads } from './balancing/shared-loads.js';
export { clientOptions, openClient, type ClientConstructor } from './channel.js';
export { clientAddressOf, isWithin, readAddress } from './client-address.js';
export { idempotentPaths } from './idempotent-paths.js';
export { ContractServer, type ContractServerOptions } from './contract-server.js';
export { ErrorFilter, toLoggedStatus } from './error-filter.js';
export { faultCodes } from './fault-codes.js';
export { Health, type ReadinessCheck } from './health.js';
export { isEssential } from './load/essential.js';
export { defaultLoadLimits, LoadGate, type LoadLimits, type ShedCause } from './load/load-gate.js';
export { Place } from './load/place.js';
export { SHED_RETRY_AFTER_MS } from './load/refused-call.js';
export { nestLogger } from './nest-logger.js';
export type { Principal } from './principal.js';
export { RpcController, type RpcHandlers } from './rpc-controller.js';
export { startService, type RunningService, type ServiceOptions } from './start-service.js';
export { isBoundByToken, readServedMethods, serviceName, type ServedMethod } from './served-method.js';
export { MAX_CALL_MS, serverLimits } from './server-limits.js';
export { serverKinds, type ServerKind } from './serving/open-call-server.js';
export { openServing } from './serving/open-serving.js';
export type { Serving } from './serving/call-life.js';
export { Certificates, type CertificatesOptions, type TlsFiles } from './transport/certificates.js';
export { certificateName } from './transport/certificate-name.js';
export {
  mutualTls,
  openTransport,
  plainTransport,
  type Transport,
  type TransportOptions,
} from './transport/transport.js';
export {
  callersOf,
  EDGE,
  httpCallersOf,
  serviceNames,
  type CallerName,
  type ServiceName,
} from './transport/who-calls-whom.js';
export { newRequestId, requestIdOf } from './request-id.js';
export { RequestTrace, type RequestTraceOptions } from './request-trace.js';
export { callUnary, timeoutWithin, type UnaryMethod, type UnaryOptions } from './unary.js';
export { runUntilStopped } from './run-until-stopped.js';

// What a caller needs. Whoever serves nothing imports this alone, and loads no framework to serve with.
export { clientOptions, openClient, type ClientConstructor } from './channel.js';
export { serviceName } from './service-name.js';
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
export { callUnary, timeoutWithin, type UnaryMethod, type UnaryOptions } from './unary.js';

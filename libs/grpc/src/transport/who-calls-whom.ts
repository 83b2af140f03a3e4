/** Which services may connect to each. What they may do there is their access tokens' matter. */
const CALLERS = {
  auth: ['gateway', 'users', 'resources'],
  users: ['gateway', 'auth'],
  resources: ['gateway', 'auth'],
  gateway: [],
} as const satisfies Record<string, readonly string[]>;

/** A service, as the others know it. */
export type ServiceName = keyof typeof CALLERS;

/** Every service. */
export const serviceNames = Object.keys(CALLERS) as readonly ServiceName[];

/** Which services hand on the requests of browsers and OAuth clients, over HTTP, and to whom. */
const HTTP_CALLERS: Readonly<Partial<Record<ServiceName, readonly ServiceName[]>>> = { auth: ['gateway'] };

/** Those whose connections the HTTP port of a service takes; nobody's where it has none. */
export function httpCallersOf(service: ServiceName): readonly ServiceName[] {
  return HTTP_CALLERS[service] ?? [];
}

/** What is no service, but may be let in where it is asked for: a proxy that hands on the gRPC calls of people's programs. */
export const EDGE = 'edge';

/** Who may be at the far end of a connection that is taken. */
export type CallerName = ServiceName | typeof EDGE;

/**
 * Those whose connections a service takes.
 *
 * @param admitsEdge whether the edge is one of them; it is not unless told so, and never at the gateway, which serves no gRPC
 */
export function callersOf(service: ServiceName, admitsEdge = false): readonly CallerName[] {
  return admitsEdge && CALLERS[service].length > 0 ? [...CALLERS[service], EDGE] : CALLERS[service];
}

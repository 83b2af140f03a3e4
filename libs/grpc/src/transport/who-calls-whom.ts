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

/** The services whose connections a service takes. */
export function callersOf(service: ServiceName): readonly ServiceName[] {
  return CALLERS[service];
}

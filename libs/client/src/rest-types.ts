import type { components, operations, paths } from './gen/rest.js';

export type { components, operations, paths };

/** The body of every refusal (RFC 9457): programs read `reason`. */
export type Problem = components['schemas']['Problem'];

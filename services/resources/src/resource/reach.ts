import { rowSubject } from '@gatehouse/aip';
import type { Principal } from '@gatehouse/grpc';

const RESOURCES_ADMIN = 'resources:admin';

/** Whose rows a principal may touch. */
export interface Reach {
  readonly subject: string;
  /** Whether that is everyone's. */
  readonly all: boolean;
}

/** @throws AppError CALLER_NOT_ADMITTED */
export function reachOf(principal: Principal): Reach {
  return { subject: rowSubject(principal), all: principal.scope.has(RESOURCES_ADMIN) };
}

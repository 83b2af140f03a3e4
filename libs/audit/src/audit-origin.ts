import type { Call } from '@gatehouse/grpc';

/** How an audited action came about: which RPC, at whose word, from where, in which trace. */
export interface AuditOrigin {
  /** The RPC's name. */
  readonly action: string;
  /** The subject or the client that acts; undefined where nobody is known. */
  readonly actor: string | undefined;
  /** The caller's IP address, as far as trusted proxies tell. */
  readonly address: string;
  readonly traceId: string;
  readonly requestId: string;
}

/** Returns the origin of what a call does. */
export function auditOrigin(call: Call): AuditOrigin {
  return {
    action: call.method.name,
    actor: call.hasPrincipal ? call.principal.subject : undefined,
    address: call.clientAddress,
    traceId: call.traceId,
    requestId: call.requestId,
  };
}

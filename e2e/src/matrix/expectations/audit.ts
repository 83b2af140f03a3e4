import { randomUUID } from 'node:crypto';
import type { Expectations } from '../expectation.js';

/** The audit trail and the revocation feed. */
export const auditExpectations: Expectations = {
  '/gatehouse.auth.v1.AuditService/ListAuditEvents': {
    request: () => ({ pageSize: 3, filter: { action: 'Login', outcome: 'OK' } }),
  },
  '/gatehouse.auth.v1.AuditService/ExportAuditEvents': { request: () => ({}) },
  '/gatehouse.auth.v1.AuditService/RecordAuditEvents': {
    request: () => ({
      auditEvents: [
        {
          id: randomUUID(),
          occurTime: new Date().toISOString(),
          action: 'Matrix',
          outcome: 'OK',
          traceId: '0123456789abcdef0123456789abcdef',
          requestId: 'matrix',
        },
      ],
    }),
  },
  '/gatehouse.auth.v1.RevocationService/Watch': {
    request: () => ({ begin: { verifierId: randomUUID() } }),
  },
  '/gatehouse.auth.v1.RevocationService/Revoke': {
    request: () => ({ kind: 'REVOCATION_KIND_TOKEN', key: randomUUID() }),
  },
};

export { AuditDeliverer, type AuditDelivererOptions } from './audit-deliverer.js';
export { auditOrigin, type AuditOrigin } from './audit-origin.js';
export { AuditTrail, type NewAuditEvent } from './audit-trail.js';
export { insertAudited, type Acted } from './insert-audited.store.js';
export { ServiceAudit, type ServiceAuditOptions } from './service-audit.js';

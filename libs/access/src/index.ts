export { readAccessTable, type AccessTable } from './access-table.js';
export { ContractFault } from './contract-fault.js';
export type { CallerKind, MethodRule, RevocationMode } from './method-rule.js';
export { grpcPath } from './read-rule.js';

/** What can be wrong with a contract; stable words. Those of `TolerableFault` may be allowed by name. */
export type ContractFaultReason =
  | TolerableFault
  | 'ANNOTATIONS_MISSING'
  | 'METHOD_MISSING'
  | 'TEMPLATE_INVALID'
  | 'PATH_FIELD_UNKNOWN'
  | 'PATH_FIELD_NOT_SCALAR'
  | 'BODY_FIELD_UNKNOWN'
  | 'BODY_IN_PATH'
  | 'RESPONSE_BODY_UNKNOWN'
  | 'ADDITIONAL_BINDINGS_NESTED'
  | 'BIDI_STREAMING'
  | 'ROUTE_AMBIGUOUS'
  | 'OPENAPI_PATH_AMBIGUOUS';

/** Faults that other implementations accept, and that `CompileOptions.tolerate` may therefore allow. */
export type TolerableFault = 'BODY_ON_GET' | 'BODY_NESTED' | 'BODY_REPEATED' | 'BODY_DISAGREES';

/** One fault of a contract and the RPCs (full names) that it concerns. */
export interface ContractFault {
  readonly reason: ContractFaultReason;
  readonly rpcs: readonly string[];
  readonly message: string;
}

/** A contract that must not be served. Holds every fault that was found, not only the first. */
export class ContractError extends Error {
  override readonly name = 'ContractError';

  constructor(readonly faults: readonly ContractFault[]) {
    super(
      `the contract has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n` +
        faults.map((fault) => `  ${fault.reason} ${fault.rpcs.join(', ')}: ${fault.message}`).join('\n'),
    );
  }
}

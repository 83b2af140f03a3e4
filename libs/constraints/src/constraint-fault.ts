/**
 * Thrown at boot when the contract asks for constraints that this library does
 * not enforce. It lists every one, as `message.field: what is wrong`: a rule
 * that is written down and not enforced would be worse than none.
 */
export class ConstraintFault extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `${faults.length} constraint(s) cannot be enforced:\n${faults.map((one) => `  - ${one}`).join('\n')}`,
    );
    this.name = 'ConstraintFault';
  }
}

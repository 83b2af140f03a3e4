/**
 * Thrown at boot when the contract cannot be served as it stands. It lists
 * every fault, so that one start tells all there is to mend.
 */
export class ContractFault extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`the contract has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ContractFault';
  }
}

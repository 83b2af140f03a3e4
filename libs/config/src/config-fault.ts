/** Thrown at boot when settings are missing, wrong or unknown; it lists them all. */
export class ConfigFault extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `the configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigFault';
  }
}

/** Collects what is wrong at one place of the contract. */
export class Faults {
  /**
   * @param place the full name of a field, oneof or message
   * @param list where the faults of the whole contract are gathered
   */
  constructor(
    private readonly place: string,
    private readonly list: string[],
  ) {}

  add(fault: string): void {
    this.list.push(`${this.place}: ${fault}`);
  }

  /** A rule, by its name such as `string.uri`, that is not enforced here. */
  unsupported(rule: string): void {
    this.add(`${rule} is not supported`);
  }
}

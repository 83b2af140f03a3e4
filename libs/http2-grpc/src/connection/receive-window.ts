/**
 * How much the other end may still send (RFC 9113, section 5.2). What was taken is given back half a window at a time,
 * so that few frames say so.
 */
export class ReceiveWindow {
  #left: number;
  #taken = 0;

  /** @param size in octets */
  constructor(private readonly size: number) {
    this.#left = size;
  }

  /** Octets came in. @returns false when they are more than were allowed */
  receive(octets: number): boolean {
    this.#left -= octets;
    return this.#left >= 0;
  }

  /** Octets are no longer held. @returns by how much the window is to be opened now; 0 for not yet */
  release(octets: number): number {
    this.#taken += octets;
    if (this.#taken * 2 < this.size) return 0;
    const increment = this.#taken;
    this.#taken = 0;
    this.#left += increment;
    return increment;
  }
}

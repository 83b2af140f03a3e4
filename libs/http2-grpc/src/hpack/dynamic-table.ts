import type { HeaderField } from './header-field.js';

/** The dynamic table of a decoder: the fields that came last, oldest out first (RFC 7541, section 2.3.2). */
export class DynamicTable {
  /** A ring: the newest is before `#next`. */
  #fields: (HeaderField | undefined)[] = Array.from({ length: 64 });
  #next = 0;
  #count = 0;
  #size = 0;
  #maxSize: number;

  /** @param maxSize in octets, counted as RFC 7541, section 4.1 counts */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** Evicts what does not fit any more (RFC 7541, section 4.3). */
  set maxSize(size: number) {
    this.#maxSize = size;
    this.#evict(size);
  }

  /** @param index from 0, the newest first; undefined where there is none */
  at(index: number): HeaderField | undefined {
    if (index >= this.#count) return undefined;
    return this.#fields[(this.#next - 1 - index) & (this.#fields.length - 1)];
  }

  /** One that is larger than the table empties it and is not in it (RFC 7541, section 4.4). */
  add(field: HeaderField): void {
    const { size } = field;
    this.#evict(this.#maxSize - size);
    if (size > this.#maxSize) return;
    if (this.#count === this.#fields.length) this.#grow();
    this.#fields[this.#next] = field;
    this.#next = (this.#next + 1) & (this.#fields.length - 1);
    this.#count++;
    this.#size += size;
  }

  #evict(most: number): void {
    while (this.#count > 0 && this.#size > most) {
      const oldest = (this.#next - this.#count) & (this.#fields.length - 1);
      this.#size -= (this.#fields[oldest] as HeaderField).size;
      this.#fields[oldest] = undefined;
      this.#count--;
    }
  }

  /** The length of the ring stays a power of two. */
  #grow(): void {
    const fields = Array.from({ length: this.#count }, (_, index) => this.at(this.#count - 1 - index));
    this.#next = this.#count;
    this.#fields = [...fields, ...fields.map(() => undefined)];
  }
}

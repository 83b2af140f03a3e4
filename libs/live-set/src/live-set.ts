/** A place in a {@link LiveSet}. */
export interface Member {
  /** Gives the place up. Does nothing the second time. */
  leave(): void;
}

/**
 * What is under way, in the order in which it came: calls, statements, whatever comes and goes with every request.
 *
 * A Set or a Map makes a new table of its entries whenever so many have come and gone. A table that was in use for some
 * milliseconds has moved to the old generation by then, where it lies until the whole heap is collected, and what it
 * names, and all that can be reached from that, counts as alive and moves there as well: hundreds of requests with all
 * that was made for them. A member that leaves is named by nothing here, and names nothing.
 */
export class LiveSet<T extends object> {
  readonly #ends = new Link<T>(undefined, () => undefined);
  #size = 0;
  readonly #left = (): void => void this.#size--;

  get size(): number {
    return this.#size;
  }

  /** The one that came first, of those that are here. */
  get first(): T | undefined {
    return this.#ends.later.item;
  }

  add(item: T): Member {
    this.#size++;
    return this.#ends.linkBefore(new Link(item, this.#left));
  }

  /** Those that are here now. */
  all(): T[] {
    const items: T[] = [];
    for (let link = this.#ends.later; link.item !== undefined; link = link.later) items.push(link.item);
    return items;
  }
}

/** A link of a ring, whose both ends one without an item is. */
class Link<T extends object> implements Member {
  earlier: Link<T> = this;
  later: Link<T> = this;

  constructor(
    public item: T | undefined,
    private readonly onLeft: () => void,
  ) {}

  linkBefore(link: Link<T>): Link<T> {
    link.later = this;
    link.earlier = this.earlier;
    this.earlier.later = link;
    this.earlier = link;
    return link;
  }

  leave(): void {
    if (this.item === undefined) return;
    this.earlier.later = this.later;
    this.later.earlier = this.earlier;
    this.earlier = this.later = this;
    this.item = undefined;
    this.onLeft();
  }
}

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * What an access token was granted. Unchangeable, because one object is shared by every call that carries the
 * same access token.
 */
export class Scope implements Iterable<string> {
  readonly #permissions: ReadonlySet<string>;

  private constructor(permissions: ReadonlySet<string>) {
    this.#permissions = permissions;
    Object.freeze(this);
  }

  /**
   * Reads a `scope` claim (RFC 6749 section 3.3): words separated by single spaces, case-sensitive. What is no
   * scope-token by that grammar grants nothing.
   */
  static parse(text: string): Scope {
    return new Scope(new Set(text.split(' ').filter((word) => SCOPE_TOKEN.test(word))));
  }

  /** Whether exactly this permission was granted. */
  has(permission: string): boolean {
    return this.#permissions.has(permission);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#permissions.values();
  }
}

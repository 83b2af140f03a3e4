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
    let scope = parsed.get(text);
    if (scope === undefined) {
      scope = new Scope(new Set(text.split(' ').filter((word) => SCOPE_TOKEN.test(word))));
      if (parsed.size < MAX_PARSED) parsed.set(text, scope);
    }
    return scope;
  }

  /** Whether exactly this permission was granted. */
  has(permission: string): boolean {
    return this.#permissions.has(permission);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#permissions.values();
  }
}

/**
 * Scopes by their text. There are about as many as roles and clients; one that many access tokens share is at hand in
 * the processor's cache when one of them is asked.
 */
const parsed = new Map<string, Scope>();
const MAX_PARSED = 256;

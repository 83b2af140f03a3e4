/** An access token as auth issues it to a service. */
export interface IssuedAccessToken {
  readonly accessToken: string;
  /** Seconds that it is good for, from when it was issued. */
  readonly expiresIn: number;
}

/** An access token that is kept. */
export interface HeldAccessToken {
  readonly accessToken: string;
  /** Until when it is used, in milliseconds on the clock that never steps. */
  readonly usableUntil: number;
}

/** How long before its end an access token is no longer used, in milliseconds: a call and a skewed clock fit in. */
const RESERVE_MS = 30_000;

/**
 * The service's own access token, asked for when it is first needed and kept
 * until shortly before it expires. Callers that need one at the same time
 * share one request; a request that fails is not kept.
 */
export class OwnAccessToken {
  #current: HeldAccessToken | undefined;
  #request: Promise<HeldAccessToken> | undefined;

  /**
   * @param issue asks auth for a new one
   * @param monotonic milliseconds on a clock that never steps
   */
  constructor(
    private readonly issue: () => Promise<IssuedAccessToken>,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** @throws what `issue` throws */
  async hold(): Promise<HeldAccessToken> {
    if (this.#current && this.monotonic() < this.#current.usableUntil) return this.#current;
    this.#request ??= this.#renew().finally(() => {
      this.#request = undefined;
    });
    return this.#request;
  }

  /** Forgets an access token that was refused, so that the next one asked for is new. */
  drop(refused: string): void {
    if (this.#current?.accessToken === refused) this.#current = undefined;
  }

  async #renew(): Promise<HeldAccessToken> {
    const asked = this.monotonic(); // auth counts from a later moment
    const { accessToken, expiresIn } = await this.issue();
    return (this.#current = { accessToken, usableUntil: asked + expiresIn * 1_000 - RESERVE_MS });
  }
}

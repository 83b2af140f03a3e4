import { credentials } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { ProofServiceClient, type UnbindTokenRequest } from '@gatehouse/contracts/auth';
import { AppError, platformReasons } from '@gatehouse/errors';
import { callUnary, openClient } from '@gatehouse/grpc';
import type { ServiceIdentity } from '../service-identity.js';
import { proofInvalid, proofsUnknown } from './proof-refusal.js';
import { RecentProofs } from './recent-proofs.js';

/** How long auth may take to answer, in milliseconds: as long as for a cookie or a key, a caller waits for it. */
const TIMEOUT_MS = 3_000;

/** Auth, as far as it knows which proofs were used, by all verifiers together. */
export class ProofAuthority {
  readonly #identity: Pick<ServiceIdentity, 'accessToken' | 'drop'>;
  readonly #client: ProofServiceClient;
  readonly #recent = new RecentProofs();

  /** @param address where auth answers: `host:port` */
  constructor(
    address: string,
    identity: Pick<ServiceIdentity, 'accessToken' | 'drop'>,
    channel = credentials.createInsecure(),
  ) {
    this.#identity = identity;
    this.#client = openClient(ProofServiceClient, address, contract, channel);
  }

  /**
   * Uses up a proof.
   *
   * @param within the deadline of the call that it is about, in milliseconds of `performance.now()`
   * @throws AppError PROOF_INVALID when it was used before, here or elsewhere; PROOFS_UNKNOWN when auth does not say
   */
  async use(proofId: string, within?: number): Promise<void> {
    const use = this.#client.useProof.bind(this.#client);
    const { accepted } = await this.#once(proofId, (accessToken) =>
      callUnary(use, { proofId }, { timeoutMs: TIMEOUT_MS, within, accessToken }),
    );
    if (!accepted) throw proofInvalid('PROOF_REPLAYED');
  }

  /**
   * Uses up a proof, and has the access token that it is for signed without its binding.
   *
   * @param within as for {@link use}
   * @throws AppError as {@link use}, and UNAUTHENTICATED for an access token that is not good
   */
  async unbind(proofId: string, request: UnbindTokenRequest, within?: number): Promise<string> {
    const unbind = this.#client.unbindToken.bind(this.#client);
    const { tokens } = await this.#once(proofId, (accessToken) =>
      callUnary(unbind, request, { timeoutMs: TIMEOUT_MS, within, accessToken }),
    );
    if (!tokens?.accessToken) throw proofsUnknown(new Error('auth unbound an access token to nothing'));
    return tokens.accessToken;
  }

  close(): void {
    this.#client.close();
  }

  /** Whatever auth has said of a proof, it is used up. */
  async #once<T>(proofId: string, ask: (accessToken: string) => Promise<T>): Promise<T> {
    if (this.#recent.has(proofId)) throw proofInvalid('PROOF_REPLAYED');
    try {
      const answer = await this.#inOwnName(ask);
      this.#recent.add(proofId);
      return answer;
    } catch (error) {
      throw verdictOf(error) ?? proofsUnknown(error);
    }
  }

  /** An own access token that auth does not accept any more is replaced once: its guard refuses before anything is done. */
  async #inOwnName<T>(ask: (accessToken: string) => Promise<T>): Promise<T> {
    const own = await this.#identity.accessToken();
    try {
      return await ask(own);
    } catch (error) {
      if (!isReason(error, 'UNAUTHENTICATED')) throw error;
      this.#identity.drop(own);
      return ask(await this.#identity.accessToken());
    }
  }
}

/** What auth has decided about a caller; everything else that goes wrong is an outage. */
function verdictOf(error: unknown): AppError | undefined {
  if (isReason(error, 'PROOF_INVALID')) return error as AppError;
  if (isReason(error, 'CREDENTIAL_INVALID'))
    return platformReasons.UNAUTHENTICATED({ logReason: 'INACTIVE' });
  return undefined;
}

function isReason(error: unknown, reason: string): boolean {
  return error instanceof AppError && error.reason === reason;
}

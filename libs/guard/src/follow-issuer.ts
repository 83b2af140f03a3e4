import { credentials } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { KeySetServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient, type ReadinessCheck } from '@gatehouse/grpc';
import type { Logger } from '@gatehouse/telemetry';
import { RemoteKeySet, RenewableLease, RevocationList, type KeySource } from '@gatehouse/tokens';
import { KnownKeys } from './feed/known-keys.js';
import { RevocationFeed } from './feed/revocation-feed.js';
import { Introspection } from './introspection.js';
import { LastKnownFile, type LastKnownFileOptions } from './last-known/last-known-file.js';
import { LastKnownKeeper } from './last-known/last-known-keeper.js';
import { restoreLastKnown } from './last-known/restore-last-known.js';
import { observeRevocations } from './observe-revocations.js';
import { ProofAuthority } from './proof/proof-authority.js';
import type { UseProof } from './proof/proof-check.js';
import type { RevocationKnowledge } from './revocation-knowledge.js';
import type { ServiceIdentity } from './service-identity.js';

/** How long one fetch of the key set may take, in milliseconds. */
const FETCH_TIMEOUT_MS = 2_000;

/**
 * How long auth has, in milliseconds, to say what is revoked before a verifier that starts goes by what was last
 * known: what auth revoked since then is not in that.
 */
const AUTH_FIRST_MS = 2_000;

/** Whom to follow, as whom, and within which bounds. */
export interface FollowIssuerOptions {
  /** Where auth answers: `host:port`. */
  readonly address: string;
  /** Whose name the verifier speaks in to auth; closed by whoever made it. */
  readonly identity: ServiceIdentity;
  readonly log: Logger;
  /** How old its knowledge of revocations may be before strict methods ask auth, in milliseconds; 10,000 unless given. */
  readonly maxLeaseAgeMs?: number;
  /** Most revocations held; a million unless given. */
  readonly maxRevocations?: number;
  /** Where what is known is kept for a start while auth is away; without a path it is not. */
  readonly lastKnown?: Omit<LastKnownFileOptions, 'path'> & { readonly path: string | undefined };
}

/** What a verifier knows of its issuer: pass it to the guard as it is. */
export interface FollowedIssuer extends Required<RevocationKnowledge> {
  /** Empty until all that is revoked was known. */
  readonly keys: KeySource;
  /** Which proofs were used; auth is asked about each. */
  readonly proofs: ProofAuthority;
  readonly useProof: UseProof;
  /**
   * Holds once all that is revoked and the key set were known, from auth or, while auth is away, from what was last
   * known: a service that starts while auth is down becomes ready by itself. What becomes of auth later is no reason
   * to stop serving.
   */
  readonly known: ReadinessCheck;
  /** Writes down what is known, where it is kept. */
  close(): Promise<void>;
}

/** Follows auth's key set and what it revokes, for as long as the process runs. Auth need not be there. */
export function followIssuer(
  options: FollowIssuerOptions,
  channel = credentials.createInsecure(),
): FollowedIssuer {
  const { address, identity, log } = options;
  const client = openClient(KeySetServiceClient, address, contract, channel);
  const keys = new RemoteKeySet({
    fetch: () => callUnary(client.getKeySet.bind(client), {}, { timeoutMs: FETCH_TIMEOUT_MS }),
    onFailure: (cause) => log.warn({ cause: String(cause) }, 'the key set cannot be fetched'),
  });
  const list = new RevocationList({ maxEntries: options.maxRevocations });
  const lease = new RenewableLease({ maxAgeMs: options.maxLeaseAgeMs });
  const introspection = new Introspection(address, identity, channel);
  const proofs = new ProofAuthority(address, identity, channel);
  const file = openLastKnown(options);
  const from = file && restoreLastKnown(file, { list, keys }, log);
  const feed = new RevocationFeed({ address, channel, identity, list, lease, keys, from, log });
  const keeper = file && new LastKnownKeeper({ file, feed, list, keys, lease, log });
  let authWasFirst = true;
  const giveUp = setTimeout(() => {
    if (from === undefined || feed.isKnown) return;
    authWasFirst = false;
    log.warn('auth does not say what is revoked; serving by what was last known');
  }, AUTH_FIRST_MS).unref();
  const isKnown = () => feed.isKnown || !authWasFirst;
  const unobserve = observeRevocations({
    ageMs: () => lease.ageMs,
    entries: () => list.size,
    isConnected: () => feed.isConnected,
  });
  feed.start();
  return {
    keys: new KnownKeys(keys, isKnown),
    revocations: list,
    lease,
    introspect: (accessToken, within) => introspection.isActive(accessToken, within),
    proofs,
    useProof: (proofId, within) => proofs.use(proofId, within),
    known: { name: 'issuer', holds: isKnown },
    close: async () => {
      clearTimeout(giveUp);
      await keeper?.close();
      unobserve();
      feed.close();
      introspection.close();
      proofs.close();
      client.close();
    },
  };
}

function openLastKnown({ lastKnown }: FollowIssuerOptions): LastKnownFile | undefined {
  const { path } = lastKnown ?? {};
  return lastKnown && path !== undefined ? new LastKnownFile({ ...lastKnown, path }) : undefined;
}

import { randomUUID } from 'node:crypto';
import type { WatchRequest, WatchResponse } from '@gatehouse/contracts/auth';
import { platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { observeRevocations } from '@gatehouse/guard';
import type { Database } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import { MAX_LEASE_AGE_MS, RevocationList, type Lease } from '@gatehouse/tokens';
import type { Observable } from 'rxjs';
import { SERVICE } from '../config.js';
import type { SigningKeys } from '../signing-key/signing-keys.js';
import { AppliedDelay } from './applied-delay.js';
import { oldestWriting, type LiveRevocation } from './live-revocation.js';
import { Outgoing } from './outgoing.js';
import { RevocationTail } from './revocation-tail.js';
import type { RevocationStore } from './revocation.store.js';
import { VerifierRegistry } from './verifier-registry.js';
import type { SeenVerifier, VerifierStore } from './verifier.store.js';
import { WatchStream } from './watch-stream.js';

/** How often some of what has expired is forgotten, in milliseconds. */
const SWEEP_EVERY_MS = 1_000;

/** What a {@link RevocationFeed} works with. */
export interface RevocationFeedOptions {
  /** A pool of its own: a burst of sign-ins must not age the lease of every verifier. Closed with the feed. */
  readonly database: Database;
  readonly revocations: RevocationStore;
  readonly verifiers: VerifierStore;
  readonly keys: SigningKeys;
  readonly log: Logger;
}

/** One replica's end of the feed: the copy that it follows the table with, and the verifiers that follow it. */
export class RevocationFeed {
  readonly tail: RevocationTail;
  /** What this service's own guard refuses. */
  readonly list = new RevocationList();
  /** What this service's own guard goes by: the lease of a verifier that reads the table itself. */
  readonly lease: Lease;
  readonly #options: RevocationFeedOptions;
  readonly #registry: VerifierRegistry;
  readonly #appliedDelay = new AppliedDelay();
  readonly #streams = new Map<WatchStream, Outgoing<WatchResponse>>();
  /** This process is a verifier too: its own guard follows the same copy. */
  readonly #id = randomUUID();
  readonly #ends: (() => void)[] = [];
  #draining = false;

  constructor(options: RevocationFeedOptions) {
    const { database, revocations, verifiers, log } = options;
    this.#options = options;
    const tail = new RevocationTail({ database, store: revocations, log });
    this.tail = tail;
    this.lease = {
      get isFresh() {
        return tail.readAgeMs <= MAX_LEASE_AGE_MS;
      },
    };
    this.#registry = new VerifierRegistry({
      database,
      store: verifiers,
      replica: this.#id,
      verifiers: () => [this.#self(), ...[...this.#streams.keys()].map(({ verifier }) => verifier)],
      log,
    });
  }

  /** Reads what is revoked and keeps up from then on. A database that is down is waited for. */
  async start(): Promise<void> {
    const { keys } = this.#options;
    this.#ends.push(
      observeRevocations({ ageMs: () => this.tail.readAgeMs, entries: () => this.list.size }),
      this.tail.follow(({ revocations, restarted }) => {
        // The guard ends the streams whose access token this revokes: they are told first, so that their verifiers
        // enforce it before they come back.
        setImmediate(() => this.#enforce(revocations, restarted));
        // The notification of a key that is gone may be lost; this row is not.
        if (revocations.some(({ kind }) => kind === 'signing_key')) void keys.reload().catch(() => undefined);
      }),
      keys.follow(() => this.#registry.writeSoon()),
    );
    const sweep = setInterval(() => this.list.sweep(), SWEEP_EVERY_MS).unref();
    this.#ends.push(() => clearInterval(sweep));
    await this.tail.start();
    this.#registry.start();
    this.#registry.writeSoon();
  }

  /** Ends every stream with UNAVAILABLE and takes no other, so that the verifiers go on at another replica. */
  drain(): void {
    this.#draining = true;
    for (const out of this.#streams.values()) out.end(platformReasons.STOPPING());
  }

  /** Ends it all. */
  async stop(): Promise<void> {
    this.drain();
    for (const end of this.#ends) end();
    await Promise.all([this.#registry.stop(), this.tail.stop()]);
    await this.#options.database.close();
  }

  /**
   * Serves one verifier until its call ends.
   *
   * @throws AppError (from the stream) FIELD_INVALID for messages out of order, DATABASE_UNAVAILABLE before the
   *   first read, OVERLOADED when the verifier does not keep up, STOPPING
   */
  serve(requests: Observable<WatchRequest>, call: Call): AsyncIterable<WatchResponse> {
    const out = new Outgoing<WatchResponse>();
    let stream: WatchStream | undefined;
    const subscription = requests.subscribe({
      next: ({ message }) => {
        if (out.isOver) return;
        if (message?.$case === 'begin' && !stream) {
          const { verifierId, epoch, position } = message.value;
          const begin = { verifierId, service: call.principal.clientId, epoch, position };
          stream = this.#open(begin, out);
        } else if (message?.$case === 'ping' && stream) stream.ping(message.value.id);
        else if (message?.$case === 'acknowledge' && stream) stream.acknowledge(message.value.number);
        else out.end(outOfOrder());
      },
      error: (error: unknown) => out.end(error),
      complete: () => out.end(),
    });
    const release = () => {
      subscription.unsubscribe();
      if (stream) this.#close(stream);
      out.end();
    };
    // However the call ends, and also when nobody has begun to read.
    if (call.signal.aborted) release();
    else call.signal.addEventListener('abort', release, { once: true });
    return out;
  }

  /** As every other verifier does. */
  #enforce(revocations: readonly LiveRevocation[], restarted: boolean): void {
    this.list.apply(revocations.map((each) => ({ ...each, notBefore: each.notBefore ?? 0 })));
    // The whole history says nothing of a delay.
    const oldest = restarted ? undefined : oldestWriting(revocations);
    if (oldest !== undefined) this.#appliedDelay.record(oldest, SERVICE);
    const awaited = revocations.filter((revocation) => revocation.awaited);
    this.#registry.acknowledge(awaited.map(({ seq }) => ({ verifierId: this.#id, seq })));
  }

  #open(begin: ConstructorParameters<typeof WatchStream>[0]['begin'], out: Outgoing<WatchResponse>) {
    const stream = new WatchStream({
      begin,
      tail: this.tail,
      keys: this.#options.keys,
      out,
      onApplied: (writtenAt) => this.#appliedDelay.record(writtenAt, begin.service),
      onProgress: (acknowledgements) => {
        this.#registry.acknowledge(acknowledgements);
        this.#registry.writeSoon();
      },
    });
    if (this.#draining) out.end(platformReasons.STOPPING());
    else void this.#begin(stream, out).catch((error: unknown) => out.end(error));
    return stream;
  }

  async #begin(stream: WatchStream, out: Outgoing<WatchResponse>): Promise<void> {
    this.#streams.set(stream, out);
    // Known first, and the keys read after that: a rotation that does not wait for this verifier is seen here.
    await this.#registry.write();
    await this.#options.keys.reload().catch(() => undefined);
    // It may come from a replica that has read more.
    await this.tail.catchUp().catch(() => undefined);
    if (out.isOver) return;
    if (!this.tail.hasRead || this.#options.keys.published.length === 0) {
      throw platformReasons.DATABASE_UNAVAILABLE({ retryAfterMs: 1_000 });
    }
    stream.begin();
  }

  #close(stream: WatchStream): void {
    this.#streams.delete(stream);
    stream.end();
  }

  #self(): SeenVerifier {
    const { epoch, position, readAgeMs } = this.tail;
    const { usableKeyIds: keyIds } = this.#options.keys;
    // Its lease is its own last read.
    return {
      id: this.#id,
      service: SERVICE,
      pingAgeMs: Math.min(readAgeMs, 3_600_000),
      epoch,
      position,
      keyIds,
    };
  }
}

function outOfOrder() {
  const violations = [{ field: 'message', description: 'one `begin` comes first, and no other' }];
  return platformReasons.FIELD_INVALID({ violations });
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { ContractFault } from '@gatehouse/access';
import type { Permission } from '@gatehouse/contracts/access';

/** What every verifier does at auth: follow revocations, ask in doubt, use up proofs, and tell what it refused. */
const VERIFIER = ['audit:record', 'proofs:use', 'revocations:watch', 'tokens:introspect'];

/** Which service may do what at which other: by client ID, then by audience. */
const PERMISSIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  auth: { users: ['users:provision'], resources: ['resources:erase'] },
  users: { auth: ['accounts:erase', ...VERIFIER] },
  resources: { auth: VERIFIER },
  gateway: { auth: [...VERIFIER, 'tokens:unbind'] },
};

/** The permissions of a client at an audience; undefined when it has no business there. */
export function clientPermissions(clientId: string, audience: string): readonly string[] | undefined {
  const audiences = Object.hasOwn(PERMISSIONS, clientId) ? PERMISSIONS[clientId] : undefined;
  return audiences && Object.hasOwn(audiences, audience) ? audiences[audience] : undefined;
}

/** Every service that service tokens are issued for. */
export function serviceAudiences(): string[] {
  return [...new Set(Object.values(PERMISSIONS).flatMap((audiences) => Object.keys(audiences)))];
}

/** The clients that prove themselves by a secret. */
export class ClientSecrets {
  readonly #hashes: ReadonlyMap<string, Hashes>;

  /** @param secrets by client ID: the one that is good, and the one before it while that is good as well */
  constructor(secrets: Readonly<Record<string, readonly [current: string, previous?: string]>>) {
    const hashes = Object.entries(secrets).map(([clientId, [current, previous = current]]) => {
      return [clientId, [sha256(current), sha256(previous)]] as const;
    });
    this.#hashes = new Map(hashes);
  }

  /** Takes the same time for an unknown client and for any wrong secret. */
  match(clientId: string, secret: string): boolean {
    const expected = this.#hashes.get(clientId);
    const presented = sha256(secret);
    const [current, previous] = (expected ?? NOBODYS).map((hash) => timingSafeEqual(hash, presented));
    return expected !== undefined && (current === true || previous === true);
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Of the secret that is good, and of the one before it; the same twice where there is none. */
type Hashes = readonly [current: Buffer, previous: Buffer];

const NOBODYS: Hashes = [sha256(''), sha256('')];

/**
 * Checks at boot that clients own permissions of the contract, and such as services may have only.
 *
 * @throws ContractFault
 */
export function checkClients(permissions: ReadonlyMap<string, Permission>): void {
  const faults: string[] = [];
  for (const [clientId, audiences] of Object.entries(PERMISSIONS)) {
    for (const name of Object.values(audiences).flat()) {
      const permission = permissions.get(name);
      if (!permission) faults.push(`client ${clientId} owns an unknown permission: ${name}`);
      else if (!permission.serviceOnly) faults.push(`client ${clientId} owns a permission of users: ${name}`);
    }
  }
  if (faults.length > 0) throw new ContractFault(faults);
}

import { errors, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { endGrant, type GrantEnd } from '../grant/end-grant.js';
import type { Artifact, Payload } from './artifacts.js';
import { currentVisit } from './visit-context.js';

/** What descends from a grant and is over with it. An interaction only speaks of one. */
const DESCENDING: ReadonlySet<string> = new Set([
  'AccessToken',
  'AuthorizationCode',
  'DeviceCode',
  'RefreshToken',
]);

/** Longest that anything without a lifetime is kept, in seconds. */
const DAY_SECONDS = 86_400;

/** Keeps one kind of what oidc-provider remembers. */
export class ArtifactAdapter implements Adapter {
  constructor(
    protected readonly context: AuthContext,
    protected readonly kind: string,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn = DAY_SECONDS): Promise<void> {
    const grantId = DESCENDING.has(this.kind) ? payload.grantId : undefined;
    await this.context.artifacts.put(this.kind, id, payload as unknown as Payload, {
      lifetimeSeconds: expiresIn,
      grantId,
      otherName: payload.userCode,
    });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return toPayload(await this.context.artifacts.find(this.kind, id));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return toPayload(await this.context.artifacts.findByOther(this.kind, userCode));
  }

  async findByUid(_uid: string): Promise<AdapterPayload | undefined> {
    throw new Error(`${this.kind} is found by no uid`);
  }

  /**
   * Uses up what is good once. The library looks before and acts after, here and at other replicas: of many who come at
   * the same time one gets through, and as there were several the grant ends (RFC 9700, sections 4.5 and 4.14).
   *
   * @throws InvalidGrant
   */
  async consume(id: string): Promise<void> {
    const { artifacts } = this.context;
    if (await artifacts.consume(this.kind, id)) return;
    const grantId = await artifacts.grantOf(this.kind, id);
    if (grantId !== undefined) await this.#end(grantId);
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    await this.context.artifacts.delete(this.kind, id);
  }

  /** Nothing is to be done: what descends from a grant that is over is not found. */
  async revokeByGrantId(): Promise<void> {}

  async #end(grantId: string): Promise<void> {
    const { origin } = currentVisit().caller('EndGrant');
    const outcome: GrantEnd = this.kind === 'RefreshToken' ? 'REFRESH_TOKEN_REUSED' : 'CODE_REUSED';
    await this.context.database.transaction((tx) => endGrant(this.context, tx, grantId, origin, outcome));
  }
}

/** As the library has it. */
export function toPayload(artifact: Artifact | undefined): AdapterPayload | undefined {
  if (!artifact) return undefined;
  const { payload, consumedAt } = artifact;
  return { ...payload, ...(consumedAt !== undefined && { consumed: consumedAt }) };
}

import type { Adapter, AdapterPayload } from 'oidc-provider';

/** What one fake OpenID provider keeps, in memory: codes, grants, interactions, sessions. */
export type MapStore = Map<string, AdapterPayload>;

/** Keeps one kind of them until the process ends, which no fake outlives by much. */
export class MapAdapter implements Adapter {
  constructor(
    private readonly kind: string,
    private readonly store: MapStore,
  ) {}

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.store.set(this.keyOf(id), payload);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.store.get(this.keyOf(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.first((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.first((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const payload = await this.find(id);
    if (payload) payload.consumed = true;
  }

  async destroy(id: string): Promise<void> {
    this.store.delete(this.keyOf(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, payload] of this.store) if (payload.grantId === grantId) this.store.delete(key);
  }

  private first(isWanted: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    const mine = [...this.store].filter(([key]) => key.startsWith(this.keyOf('')));
    return mine.find(([, payload]) => isWanted(payload))?.[1];
  }

  private keyOf(id: string): string {
    return `${this.kind}/${id}`;
  }
}

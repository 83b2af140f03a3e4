/** Something that is written, one write at a time, so that what it must hold is known. */
export interface Document {
  readonly kind: 'resource' | 'profile';
  /** A resource's id; the subject whose profile it is. */
  readonly id: string;
  /** The subject that it belongs to. */
  readonly owner: string;
  /** What the last acknowledged write said. */
  acknowledged: string;
  /** What a write said of which nobody knows what became; after it there are no others. */
  uncertain: string | undefined;
  isBusy: boolean;
}

/** A share that was acknowledged. */
export interface Shared {
  readonly resourceId: string;
  /** The subject that may see it. */
  readonly subject: string;
}

/** What a load has written, and has had acknowledged. */
export class Written {
  readonly documents: Document[] = [];
  readonly shares: Shared[] = [];
  /** Writes that were acknowledged. */
  acknowledged = 0;
  /** Writes that failed, or of which nobody knows what became. */
  uncertain = 0;
  readonly #resources = new Map<string, Document[]>();
  readonly #profiles = new Map<string, Document>();

  /** There is a new one that was acknowledged. */
  add(document: Pick<Document, 'kind' | 'id' | 'owner' | 'acknowledged'>): void {
    const added: Document = { ...document, uncertain: undefined, isBusy: false };
    this.documents.push(added);
    if (added.kind === 'profile') this.#profiles.set(added.owner, added);
    else this.#resources.set(added.owner, [...this.resourcesOf(added.owner).slice(-KEPT_AT_HAND), added]);
  }

  /** Somebody's latest resources, which they go on working with. */
  resourcesOf(owner: string): readonly Document[] {
    return this.#resources.get(owner) ?? [];
  }

  /** Somebody's profile. @throws Error when it was not added */
  profileOf(owner: string): Document {
    const profile = this.#profiles.get(owner);
    if (!profile) throw new Error(`there is no profile of ${owner}`);
    return profile;
  }
}

/** How many of somebody's resources are used again, besides the newest. */
const KEPT_AT_HAND = 15;

/** Whether a document may be written now. */
export function isFree({ isBusy, uncertain }: Document): boolean {
  return !isBusy && uncertain === undefined;
}

/** Whether what was read is what the document must hold. */
export function holds({ acknowledged, uncertain }: Document, read: string | undefined): boolean {
  return read === acknowledged || (uncertain !== undefined && read === uncertain);
}

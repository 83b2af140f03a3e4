import { etagOf } from '@gatehouse/aip';
import { Visibility, type Resource } from '@gatehouse/contracts/resources';

/** Who may see a resource besides its owner and those it is shared with, in the database's words. */
export type StoredVisibility = 'private' | 'internal';

/** A resource as the database holds it. */
export interface ResourceRow {
  readonly id: string;
  readonly owner: string;
  readonly title: string;
  readonly content: string;
  readonly visibility: StoredVisibility;
  readonly createTime: Date;
  readonly updateTime: Date;
  readonly version: bigint;
}

/** Returns a resource in the words of the contract. */
export function toResource({ version, visibility, ...row }: ResourceRow): Resource {
  const { id, owner, title, content, createTime, updateTime } = row;
  const seenBy = visibility === 'internal' ? Visibility.INTERNAL : Visibility.PRIVATE;
  return { id, owner, title, content, visibility: seenBy, createTime, updateTime, etag: etagOf(version) };
}

/** A resource that says nothing. */
export const EMPTY_RESOURCE: Resource = {
  id: '',
  owner: '',
  title: '',
  content: '',
  visibility: Visibility.UNSPECIFIED,
  createTime: undefined,
  updateTime: undefined,
  etag: '',
};

/** Private unless told. */
export function toStoredVisibility(visibility: Visibility): StoredVisibility {
  return visibility === Visibility.INTERNAL ? 'internal' : 'private';
}

import type { NewOutboxEvent } from '@gatehouse/postgres';

/** What the other services are told, by the RPC that tells them. */
export const TOPIC = {
  provisionUser: 'users.ProvisionUser',
  eraseUser: 'users.EraseUser',
  eraseSubject: 'resources.EraseSubject',
} as const;

/** A new account that the directory must hear of. */
export interface NewPerson {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly createTime: Date;
}

// The key has the service in it: one that is down does not keep the others from hearing.
const keyAt = (service: 'users' | 'resources', id: string) => `${service}/${id}`;

/** The directory is to list a person. */
export function provisionUser({ id, email, displayName, createTime }: NewPerson): NewOutboxEvent {
  const payload = { id, email, displayName, createTime: createTime.toISOString() };
  return { topic: TOPIC.provisionUser, key: keyAt('users', id), payload };
}

/** The directory is to forget a person. */
export function eraseUser(id: string): NewOutboxEvent {
  return { topic: TOPIC.eraseUser, key: keyAt('users', id), payload: { id } };
}

/** What a person owns is to go. */
export function eraseSubject(subject: string): NewOutboxEvent {
  return { topic: TOPIC.eraseSubject, key: keyAt('resources', subject), payload: { subject } };
}

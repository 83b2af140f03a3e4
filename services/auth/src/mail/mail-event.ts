import { randomUUID } from 'node:crypto';
import type { NewOutboxEvent } from '@gatehouse/postgres';

/** The outbox topic of mails. */
export const MAIL_TOPIC = 'mail';

/** Every mail that this service sends. */
export type MailKind =
  | 'password_reset'
  | 'email_verification'
  | 'password_changed'
  | 'account_exists'
  | 'identity_linked'
  | 'identity_unlinked';

/**
 * A mail to be sent once the transaction has committed. It names the account and nothing else: the address is
 * read and the code computed when it is sent.
 *
 * @param accountId undefined for a mail to nobody, which is there so that the transaction costs the same
 */
export function mailEvent(kind: MailKind, accountId: string | undefined): NewOutboxEvent {
  // A key of its own: a mail that a mailbox refuses for good must not hold back the later ones.
  return { topic: MAIL_TOPIC, key: `mail/${randomUUID()}`, payload: { kind, account: accountId ?? null } };
}

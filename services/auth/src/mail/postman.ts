import type { OutboxEvent } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import type { AuthContext } from '../auth-context.js';
import type { CodePurpose } from '../one-time-code/one-time-codes.js';
import type { MailKind } from './mail-event.js';
import { mailText, type MailedCode } from './mail-text.js';
import type { MailTransport } from './mail-transport.js';

/** What a {@link Postman} works with. */
export interface PostmanOptions {
  readonly context: AuthContext;
  /** Undefined when no mail is sent. */
  readonly transport: MailTransport | undefined;
  /** Base of the links, without a slash at its end. */
  readonly linkUrl: string;
  readonly log: Logger;
}

/** Sends the mails of the outbox. */
export class Postman {
  readonly #options: PostmanOptions;

  constructor(options: PostmanOptions) {
    this.#options = options;
  }

  /**
   * Sends one mail, or none when there is nobody to read it or its code is good no more.
   *
   * @throws UndeliverableEvent, or what an attempt failed with
   */
  async deliver(event: OutboxEvent, signal: AbortSignal): Promise<void> {
    const { context, transport, linkUrl, log } = this.#options;
    const { kind, account: accountId } = event.payload as { kind: MailKind; account: string | null };
    if (accountId === null || !transport) return;
    const account = await context.accounts.find(context.database.sql, accountId);
    if (!account) return;
    const purpose = purposeOf(kind);
    const code = purpose && (await this.#issue(purpose, accountId, event));
    if (purpose && !code) return;
    const text = mailText(kind, linkUrl, code);
    await transport({ id: event.eventId, to: account.email, ...text }, signal);
    log.info({ event_id: event.eventId, mail: kind }, 'mail sent');
  }

  /** The code is made when it is sent, before anybody can read it. */
  async #issue(
    purpose: CodePurpose,
    accountId: string,
    { eventId, createTime }: OutboxEvent,
  ): Promise<MailedCode | undefined> {
    const { database, codes, oneTimeCodes } = this.#options.context;
    const { text, hash } = oneTimeCodes.ofMail(purpose, eventId);
    const issued = { accountId, purpose, hash, requestTime: createTime };
    const expireTime = await codes.issue(database.sql, issued);
    return expireTime && { text, expireTime };
  }
}

function purposeOf(kind: MailKind): CodePurpose | undefined {
  return kind === 'password_reset' || kind === 'email_verification' ? kind : undefined;
}

import type { Logger } from '@gatehouse/telemetry';
import { folderTransport } from './folder-transport.js';
import { smtpTransport } from './smtp-transport.js';

/** A mail on its way out. */
export interface Mail {
  /** The same at every attempt. */
  readonly id: string;
  /** One address, and nothing but an address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/**
 * Hands a mail over and resolves once somebody else is responsible for it.
 *
 * @throws UndeliverableEvent when no attempt will ever succeed
 */
export type MailTransport = (mail: Mail, signal: AbortSignal) => Promise<void>;

/** Where mails go. */
export interface MailTransportOptions {
  /** `smtp:` or `smtps:`, credentials included. */
  readonly smtpUrl: string | undefined;
  /** Where they are written when there is no server. */
  readonly folder: string | undefined;
  /** The sender: `Name <address>` or an address. */
  readonly from: string;
}

/** Returns the way that mails take, or undefined when none is sent. */
export function openMailTransport(
  { smtpUrl, folder, from }: MailTransportOptions,
  log: Logger,
): MailTransport | undefined {
  if (smtpUrl !== undefined) return smtpTransport(smtpUrl, from);
  if (folder !== undefined) return folderTransport(folder, from, log);
  return undefined;
}

import type { Logger } from '@gatehouse/telemetry';

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

/** Returns the way that mails take, or undefined when none is sent. What sends them is loaded with the first one. */
export function openMailTransport(
  { smtpUrl, folder, from }: MailTransportOptions,
  log: Logger,
): MailTransport | undefined {
  if (smtpUrl !== undefined)
    return opened(async () => (await import('./smtp-transport.js')).smtpTransport(smtpUrl, from));
  if (folder !== undefined)
    return opened(async () => (await import('./folder-transport.js')).folderTransport(folder, from, log));
  return undefined;
}

function opened(open: () => Promise<MailTransport>): MailTransport {
  let transport: Promise<MailTransport> | undefined;
  return async (mail, signal) => (await (transport ??= open()))(mail, signal);
}

import { UndeliverableEvent } from '@gatehouse/postgres';
import { createTransport, type NodemailerError } from 'nodemailer';
import type { MailTransport } from './mail-transport.js';
import { messageOf } from './message.js';

/** Bounds on the waits of one attempt, all of which end before the outbox gives the attempt up at 10 s. */
const CONNECTION_TIMEOUT_MS = 4_000;
const ANSWER_TIMEOUT_MS = 8_000;

/** What a server says no to for the sake of this one mail; elsewhere a no is about us, and can be mended. */
const COMMANDS_OF_THE_MAIL = new Set(['RCPT TO', 'DATA']);

/**
 * Sends by SMTP (RFC 5321), one connection for each mail. STARTTLS is demanded of a server on another machine,
 * as mails hold codes; `?requireTLS=false` in the URL waives it.
 */
export function smtpTransport(url: string, from: string): MailTransport {
  const transport = createTransport({
    url,
    requireTLS: !isLoopback(new URL(url).hostname),
    dnsTimeout: CONNECTION_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: CONNECTION_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
  });
  return async (mail, signal) => {
    try {
      await transport.sendMail({ ...messageOf(mail, from), signal });
    } catch (error) {
      throw toFailure(error as NodemailerError);
    }
  };
}

/** Servers like to quote the address. Neither the log nor the outbox is to keep it, so their words are left out. */
function toFailure({ permanent, command, responseCode, message }: NodemailerError): Error {
  if (responseCode === undefined) return new Error(`the mail was not taken: ${message}`);
  const answer = `${responseCode} to ${command ?? 'the greeting'}`;
  if (permanent && COMMANDS_OF_THE_MAIL.has(command ?? '')) {
    return new UndeliverableEvent(`the mail is refused for good: ${answer}`);
  }
  return new Error(`the mail is refused for now: ${answer}`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

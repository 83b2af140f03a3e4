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

function toFailure(error: NodemailerError): Error {
  const { permanent, command, code, responseCode } = error;
  if (permanent && COMMANDS_OF_THE_MAIL.has(command ?? '')) {
    // The server's own words may quote the address, and the outbox keeps them.
    return new UndeliverableEvent(`the mail is refused for good: ${responseCode} to ${command}`);
  }
  return new Error(`the mail was not taken: ${responseCode ?? code ?? 'no answer'}`, { cause: error });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

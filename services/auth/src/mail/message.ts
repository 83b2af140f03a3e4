import type { SendMailOptions } from 'nodemailer';
import type { Mail } from './mail-transport.js';

/**
 * The message of a mail. Addresses are given as addresses, never as text to be parsed, so that none can become
 * two. Files and URLs are never read into it.
 */
export function messageOf({ id, to, subject, text }: Mail, from: string): SendMailOptions {
  const domain = /@([^@>\s]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    // The same at every attempt, by which a mailbox tells a repetition.
    messageId: `<${id}@${domain}>`,
    // Nobody's autoresponder is to answer (RFC 3834, section 5).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

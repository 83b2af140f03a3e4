import { z } from 'zod';

/** The sender while nobody has said another: not one that a mailbox elsewhere would accept. */
export const DEVELOPMENT_SENDER = 'Gatehouse <gatehouse@localhost>';

/** Where mail is handed over: `smtps://user:password@host:port`. */
export const smtpUrl = z.url({ protocol: /^smtps?$/, hostname: /.+/ });

/** Base of the links in mails: `https://host/path`, kept without a slash at its end. */
export const linkUrl = z
  .url({ protocol: /^https?$/, hostname: /.+/ })
  .refine((text) => !/[?#']/.test(text), 'has a query, a fragment or a quote')
  .transform((text) => text.replace(/\/+$/, ''));

/** A sender: `Name <address>` or an address. */
export const mailbox = z
  .string()
  .regex(/^(?:[^<>"@,;:\r\n]*<[^<>@\s,]+@[^<>@\s,]+>|[^<>@\s,]+@[^<>@\s,]+)$/, 'is no address')
  .max(320);

/** What the settings of mail must agree on. */
export interface MailSettings {
  readonly ENVIRONMENT: string;
  readonly MAIL: 'on' | 'off';
  readonly SMTP_URL?: string | undefined;
  readonly MAIL_FOLDER?: string | undefined;
  readonly MAIL_FROM: string;
  readonly EMAIL_VERIFICATION: 'off' | 'required';
}

/** Refuses settings by which mails would be lost without anybody having said so. */
export function checkMailSettings(settings: MailSettings, context: z.RefinementCtx): void {
  const refuse = (name: keyof MailSettings, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const production = settings.ENVIRONMENT === 'production';
  const { MAIL, SMTP_URL, MAIL_FOLDER, MAIL_FROM, EMAIL_VERIFICATION } = settings;
  if (MAIL === 'off') {
    if (EMAIL_VERIFICATION === 'required') refuse('EMAIL_VERIFICATION', 'cannot be required without mail');
    return;
  }
  if (production && MAIL_FOLDER !== undefined) refuse('MAIL_FOLDER', 'codes are not written into files here');
  if (SMTP_URL === undefined && (production || MAIL_FOLDER === undefined)) {
    refuse('SMTP_URL', `is needed to send mail${production ? '' : ', or MAIL_FOLDER'}; MAIL=off sends none`);
  }
  if (production && SMTP_URL !== undefined && MAIL_FROM === DEVELOPMENT_SENDER) {
    refuse('MAIL_FROM', 'is needed to send mail');
  }
}

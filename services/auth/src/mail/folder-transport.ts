import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@gatehouse/telemetry';
import { createTransport } from 'nodemailer';
import type { MailTransport } from './mail-transport.js';
import { messageOf } from './message.js';

/**
 * Writes each mail as a file that only its owner can read, `<time>-<id>.eml` (RFC 5322), in the form in which it
 * would be sent. For development: the codes in it are as good as passwords.
 */
export function folderTransport(folder: string, from: string, log: Logger): MailTransport {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return async (mail) => {
    const { message } = await transport.sendMail(messageOf(mail, from));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${mail.id}.eml`);
    // Under another name first: whoever watches the folder finds whole mails.
    await writeFile(`${file}.part`, message, { mode: 0o600 });
    await rename(`${file}.part`, file);
    log.info({ file }, 'mail written');
  };
}

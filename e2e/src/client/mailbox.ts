import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@gatehouse/testing';
import { PATIENCE_MS } from './patience.js';

/** The mails to one address, as the system without a mail server writes them into a folder. */
export class Mailbox {
  constructor(
    private readonly folder: string,
    private readonly address: string,
  ) {}

  /** All mails with this subject, oldest first: each a message by RFC 5322. */
  async mails(subject: string): Promise<readonly string[]> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith('.eml')).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(this.folder, name), 'utf8')));
    const wanted = [`To: ${this.address}`, `Subject: ${subject}`];
    return texts.filter((text) => wanted.every((line) => text.split('\n').includes(line)));
  }

  /**
   * Waits for the mail with this subject.
   *
   * @param number counted from 1
   */
  mail(subject: string, number = 1): Promise<string> {
    return eventually(async () => {
      const text = (await this.mails(subject))[number - 1];
      if (text === undefined) throw new Error(`mail ${number}, "${subject}", has not come`);
      return text;
    }, PATIENCE_MS);
  }

  /** Waits for that mail and reads the code in it. */
  async code(subject: string, number = 1): Promise<string> {
    const [, code] = /^Your code: (\S+)$/m.exec(await this.mail(subject, number)) ?? [];
    if (code === undefined) throw new Error(`the mail "${subject}" has no code`);
    return code;
  }
}

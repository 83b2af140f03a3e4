import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail server that keeps every mail as a file, as a system without one would have written it. */
export class MailCatcher implements AsyncDisposable {
  #caught = 0;
  readonly #server: SMTPServer;

  private constructor(private readonly folder: string) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onData: (stream, _session, done) => {
        buffer(stream)
          .then((message) => this.#keep(message.toString('utf8')))
          .then(() => done(), done);
      },
    });
    // A client that is killed ends its connection; that is no fault of the server.
    this.#server.on('error', () => undefined);
  }

  /** @param folder must be there */
  static async listen(folder: string, host: string, port: number): Promise<MailCatcher> {
    const catcher = new MailCatcher(folder);
    await new Promise<void>((resolve, reject) => {
      catcher.#server.server.once('error', reject);
      catcher.#server.listen(port, host, resolve);
    });
    return catcher;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }

  async #keep(message: string): Promise<void> {
    const file = join(this.folder, `${Date.now()}-${String(++this.#caught).padStart(6, '0')}.eml`);
    // Under another name first: whoever watches the folder finds whole mails.
    await writeFile(`${file}.part`, message.replaceAll('\r\n', '\n'));
    await rename(`${file}.part`, file);
  }
}

import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail as a server received it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message with its headers, lines and all. */
  readonly source: string;
  /** Its text as a person reads it. */
  readonly text: string;
}

/** What a server says to a command, instead of taking the mail. */
export interface Refusal {
  readonly at: 'sender' | 'recipient' | 'content';
  readonly code: number;
}

/** A real SMTP server on this machine, without TLS. Port 0 takes a free one. */
export async function mailServer(wanted = 0) {
  const mails: ReceivedMail[] = [];
  let refusal: Refusal | undefined;
  const answer = (at: Refusal['at'], done: (error?: Error) => void) =>
    refusal?.at === at ? done(Object.assign(new Error('no'), { responseCode: refusal.code })) : done();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onMailFrom: (_address, _session, done) => answer('sender', done),
    onRcptTo: (_address, _session, done) => answer('recipient', done),
    onData: (stream, { envelope }, done) => {
      void text(stream).then((source) => {
        if (refusal?.at !== 'content') {
          const from = envelope.mailFrom ? envelope.mailFrom.address : '';
          const to = envelope.rcptTo.map(({ address }) => address);
          mails.push({ from, to, source, text: readable(source) });
        }
        answer('content', done);
      });
    },
  });
  // A client that gives up ends its connection; that is no fault of the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    mails,
    /** The mails to one address, in the order of their arrival. */
    to: (address: string) => mails.filter((mail) => mail.to.includes(address)),
    /** From now on every mail is refused so; without an argument none. */
    refuse: (next?: Refusal) => void (refusal = next),
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

export type MailServer = Awaited<ReturnType<typeof mailServer>>;

/** The code that a mail shows. */
export function codeIn({ text: words }: ReceivedMail): string {
  const [, code] = /^Your code: ([A-Za-z0-9_-]{43})$/m.exec(words) ?? [];
  if (code === undefined) throw new Error(`no code in: ${words}`);
  return code;
}

/** The text of a message of one part. */
function readable(source: string): string {
  const end = source.indexOf('\r\n\r\n');
  const body = source.slice(end + 4).replaceAll('\r\n', '\n');
  if (!/^content-transfer-encoding: quoted-printable/im.test(source.slice(0, end))) return body;
  return body
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { FromVerifier, ToVerifier, VerifierOptions } from './messages.js';

/** What became of one access token at all verifiers. */
export interface Watched {
  /** Resolves once every verifier has accepted it. */
  readonly accepted: Promise<void>;
  /** When each verifier first refused it, in no particular order. */
  readonly refused: Promise<readonly number[]>;
}

/** One access token on its way through all verifiers. */
interface Entry {
  accepted: number;
  readonly refusedAt: number[];
  /** Called whenever one of them has said something. */
  heard: () => void;
}

const SCRIPT = new URL('verifier-process.js', import.meta.url);

/** Verifier processes that are told alike. */
export class Verifiers implements Disposable {
  /** How often an access token of the load was refused. */
  loadRefusals = 0;
  readonly #children: readonly ChildProcess[];
  readonly #entries = new Map<string, Entry>();
  #names = 0;

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** Starts them; each is ready to judge. */
  static async start(count: number, options: VerifierOptions): Promise<Verifiers> {
    const start = () =>
      fork(SCRIPT, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const verifiers = new Verifiers(Array.from({ length: count }, start));
    await Promise.all(verifiers.#children.map((child) => once(child, 'message')));
    for (const child of verifiers.#children) {
      child.on('message', (message: FromVerifier) => verifiers.#hear(message));
    }
    return verifiers;
  }

  /** Has all of them show the access token until they refuse it. */
  watch(accessToken: string): Watched {
    const name = String(this.#names++);
    const count = this.#children.length;
    const entry: Entry = { accepted: 0, refusedAt: [], heard: () => undefined };
    this.#entries.set(name, entry);
    let isAccepted: () => void;
    const accepted = new Promise<void>((resolve) => (isAccepted = resolve));
    const refused = new Promise<readonly number[]>((resolve) => {
      entry.heard = () => {
        if (entry.accepted === count) isAccepted();
        if (entry.refusedAt.length === count) resolve(entry.refusedAt);
      };
    });
    this.#tell({ watch: name, accessToken });
    return { accepted, refused };
  }

  /** Has all of them show these in turn, which nobody revokes. */
  load(accessTokens: readonly string[]): void {
    this.#tell({ load: accessTokens });
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) if (child.connected) child.disconnect();
  }

  #tell(message: ToVerifier): void {
    for (const child of this.#children) child.send(message);
  }

  #hear(message: FromVerifier): void {
    if ('loadRefused' in message) this.loadRefusals++;
    if ('accepted' in message) this.#note(message.accepted, (entry) => void entry.accepted++);
    if ('refused' in message) {
      this.#note(message.refused, ({ refusedAt }) => void refusedAt.push(message.at));
    }
  }

  #note(name: string, change: (entry: Entry) => void): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    change(entry);
    entry.heard();
  }
}

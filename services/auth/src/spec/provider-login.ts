import { RoamingBrowser, type BrowserPage, type FakeProvider } from '@gatehouse/testing';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import { ISSUER } from './running-auth.js';

/** A browser to which the replica at a port is the issuer. */
export class LoginBrowser extends RoamingBrowser {
  constructor(port: number) {
    super({ origins: { [ISSUER]: `http://127.0.0.1:${port}` } });
  }

  /** From now on another replica answers. */
  moveTo(port: number): void {
    this.moveOrigin(ISSUER, `http://127.0.0.1:${port}`);
  }

  open(path: string): Promise<BrowserPage> {
    return this.visit(ISSUER + path);
  }

  /** Sends a form of a page of ours. */
  submit(path: string, form: Readonly<Record<string, string>>): Promise<BrowserPage> {
    return this.visit(ISSUER + path, { form, headers: { 'sec-fetch-site': 'same-origin' } });
  }

  /** Signs in at a provider, all the way. */
  signIn(provider: string, fake: FakeProvider, subject: string, query = ''): Promise<BrowserPage> {
    fake.signsIn = subject;
    return this.open(`/login/${provider}${query}`);
  }

  /** The same as far as our own address, which is not opened. @returns that address */
  async answerOf(provider: string, fake: FakeProvider, subject: string): Promise<string> {
    fake.signsIn = subject;
    const stopAt = (url: URL) => url.pathname.startsWith('/login/callback/');
    const { redirect } = await this.visit(`${ISSUER}/login/${provider}`, { stopAt });
    return redirect!.pathname + redirect!.search;
  }

  get secret(): string {
    return this.cookies.get(new URL(ISSUER).hostname)?.get(SESSION_COOKIE) ?? '';
  }

  /** Takes over the session of somebody. */
  set secret(text: string) {
    const { hostname } = new URL(ISSUER);
    this.cookies.set(hostname, new Map(this.cookies.get(hostname)).set(SESSION_COOKIE, text));
  }
}

/** The reason that a page shows. */
export function reasonOn({ text }: BrowserPage): string {
  return /([A-Z][A-Z_]+) · request/.exec(text)?.[1] ?? 'OK';
}

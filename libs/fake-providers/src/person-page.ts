import type { ServerResponse } from 'node:http';
import { FAULTS, type ProviderFault } from './fault.js';
import type { FakeProvider } from './fake-provider.js';

export interface PersonPage {
  /** Which provider this plays. */
  readonly title: string;
  /** Where the choice is posted to. */
  readonly action: string;
  readonly faults: readonly ProviderFault[];
}

/** Asks who signs in, and what is to go wrong. */
export function sendPersonPage(response: ServerResponse, page: PersonPage, fake: FakeProvider): void {
  const people = [...fake.people.values()].map(
    ({ subject, name, emails: [email] }) =>
      `<button name="person" value="${escape(subject)}"><b>${escape(name)}</b> ${escape(email?.address ?? '')}</button>`,
  );
  const faults = page.faults.map(
    (fault) =>
      `<option value="${fault}"${fault === fake.fault ? ' selected' : ''}>${escape(FAULTS[fault])}</option>`,
  );
  sendPage(
    response,
    page.title,
    `<form method="post" action="${escape(page.action)}">
      <p><label>What goes wrong: <select name="fault"><option value="">nothing</option>${faults.join('')}</select></label></p>
      <p>Sign in as</p>${people.join('')}
    </form>`,
  );
}

/** What is left of a login whose browser never comes back: the way, for whoever wants to go it elsewhere or twice. */
export function sendLostPage(response: ServerResponse, title: string, location: string): void {
  sendPage(
    response,
    title,
    `<p>The way back was lost. Go back to where you came from and begin again.</p>
    <p>It was <a href="${escape(location)}">this one</a>.</p>`,
  );
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:4rem auto;padding:0 1rem;color:#222}
button{display:block;width:100%;margin:.5rem 0;padding:.75rem;text-align:left;font:inherit;background:#fff;border:1px solid #999;border-radius:.5rem}
p.note{background:#fff3cd;padding:.5rem .75rem;border-radius:.5rem}select{font:inherit;max-width:100%}`;

function sendPage(response: ServerResponse, title: string, body: string): void {
  const page = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
    <title>${escape(title)}</title><style>${STYLE}</style>
    <h1>${escape(title)}</h1><p class="note">This is no real provider. It plays one, for development.</p>${body}`;
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    // Of the answer that this one takes the place of there may be another.
    'content-length': Buffer.byteLength(page),
    'cache-control': 'no-store',
  });
  response.end(page);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Takes a choice over. @returns the subject who signs in */
export function readChoice(form: URLSearchParams, fake: FakeProvider): string {
  const fault = form.get('fault') ?? '';
  fake.fault = fault in FAULTS ? (fault as ProviderFault) : undefined;
  return form.get('person') ?? '';
}

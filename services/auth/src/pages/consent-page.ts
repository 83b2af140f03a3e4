import type { Permission } from '@gatehouse/contracts/access';
import { html, type Html } from './html.js';
import type { Page } from './layout.js';

/** The field that says which permissions stood on the page. */
export const SHOWN = 'permissions';

/** What a client asks a person for. */
export interface ConsentQuestion {
  readonly clientName: string;
  readonly clientHomeUri: string | null;
  /** Where the person is sent back to. */
  readonly returnsTo: string;
  readonly email: string;
  /** Where the answer is posted to. */
  readonly action: string;
  readonly permissions: readonly Permission[];
  /** `openid`, `profile`, `email`, `offline_access`. */
  readonly scopes: readonly string[];
}

/** The scopes that are not permissions, in the words of a title and a sentence. */
const SCOPES: Readonly<Record<string, readonly [string, string]>> = {
  openid: ['Know that it is you', 'Recognise you when you come back.'],
  profile: ['See your name', 'See the name that you chose to be shown.'],
  email: ['See your email address', 'See your address, and whether it was verified.'],
  offline_access: ['Go on while you are away', 'Do all of this also when you are not using it.'],
};

/** The titles of scopes that are not permissions. */
export function scopeTitles(scopes: readonly string[]): string[] {
  return scopes.flatMap((scope) => (SCOPES[scope] ? [SCOPES[scope][0]] : []));
}

/** Asks whether a client may do what it asks for, in the words of the contract. */
export function consentPage(question: ConsentQuestion): Page {
  const { clientName, clientHomeUri, returnsTo, email, action, permissions, scopes } = question;
  const items = [
    ...permissions.map(({ title, description }) => [title, description] as const),
    ...scopes.flatMap((scope) => (SCOPES[scope] ? [SCOPES[scope]] : [])),
  ];
  const body = html`<p>
      <strong>${clientName}</strong> wants to use your account <strong>${email}</strong>. It could:
    </p>
    <ul class="plain" id="asked">
      ${items.map(item)}
    </ul>
    <form method="post" action="${action}">
      <input type="hidden" name="${SHOWN}" value="${permissions.map(({ name }) => name).join(' ')}" />
      <div class="actions wide">
        <button class="main" name="decision" value="allow" aria-describedby="asked">Allow</button>
        <button name="decision" value="deny">Cancel</button>
      </div>
    </form>
    <hr />
    <p class="soft">
      You are sent back to ${returnsTo}.
      ${clientHomeUri === null ? undefined : html`<a href="${clientHomeUri}" rel="noopener noreferrer">More about ${clientName}</a>.`}
      You can withdraw this at any time in your connected apps.
    </p>`;
  return { title: `Connect ${clientName}`, body };
}

function item([title, description]: readonly [string, string]): Html {
  return html`<li><strong>${title}</strong>${description}</li>`;
}

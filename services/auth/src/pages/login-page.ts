import { html, type Html } from './html.js';
import type { Page } from './layout.js';

/** What the page that asks for a password shows. */
export interface LoginPage {
  /** Where the person goes on to. */
  readonly next: string;
  /** Where the form is posted to; the page of sign-ins unless given. */
  readonly action?: string;
  /** Why they are asked, such as by which app. */
  readonly lead?: Html;
  /** What was wrong the last time. */
  readonly fault?: string;
  /** What they had filled in. */
  readonly email?: string;
  /** Further ways to sign in. */
  readonly others?: Html;
}

/** Asks for email and password. */
export function loginPage({ next, action = '/login', lead, fault, email = '', others }: LoginPage): Page {
  const described = fault === undefined ? undefined : html` aria-describedby="fault"`;
  const body = html`${lead}
    ${fault === undefined ? undefined : html`<p class="alert" id="fault" role="alert">${fault}</p>`}
    <form method="post" action="${action}">
      <input type="hidden" name="next" value="${next}" />
      <label for="email">Email</label>
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="username"
        required
        maxlength="254"
        value="${email}"
        ${described}${email === '' ? html` autofocus` : undefined}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        maxlength="256"
        ${described}${email === '' ? undefined : html` autofocus`}
      />
      <div class="actions wide"><button class="main">Sign in</button></div>
    </form>
    ${others}`;
  return { title: 'Sign in', body };
}

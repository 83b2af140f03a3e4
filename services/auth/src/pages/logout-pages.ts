import type { KoaContextWithOIDC } from 'oidc-provider';
import { html } from './html.js';
import { returnTarget, secretOf, showPage } from './protocol-pages.js';

/** Asks a person whom a client has sent here to sign out. */
export function logoutPage(ctx: KoaContextWithOIDC): void {
  const { client, session } = ctx.oidc;
  const from = client ? html`<strong>${client.clientName ?? client.clientId}</strong> asks` : html`You asked`;
  const body = html`<p>
      ${from} to sign you out of Gatehouse, in this browser and in the apps that you signed in to with it.
    </p>
    <form method="post" action="/oauth2/logout/confirm">
      <input type="hidden" name="xsrf" value="${secretOf(session?.state)}" />
      <div class="actions">
        <button class="main" name="logout" value="yes">Sign out</button>
        <button>Stay signed in</button>
      </div>
    </form>`;
  showPage(ctx, { title: 'Sign out?', body }, returnTarget(ctx));
}

/** Says that it is done, where no client has a place to go on to. */
export function signedOutPage(ctx: KoaContextWithOIDC): void {
  const isOut = ctx.oidc.client === undefined;
  const body = isOut
    ? html`<p>You are signed out of Gatehouse in this browser.</p>
        <p><a href="/login">Sign in again</a></p>`
    : html`<p>
        You are still signed in to Gatehouse. <strong>${ctx.oidc.client?.clientName ?? ''}</strong> has to ask
        you again.
      </p>`;
  showPage(ctx, { title: isOut ? 'Signed out' : 'Still signed in', body });
}

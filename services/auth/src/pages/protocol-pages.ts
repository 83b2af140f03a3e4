import type { errors, KoaContextWithOIDC, ErrorOut } from 'oidc-provider';
import { visitOf } from '../web/visit.js';
import { html } from './html.js';
import { layout, type Page } from './layout.js';
import { formTargetOf, pageHeaders, type PageOptions } from './send-page.js';

/** What of a request of the library a page needs. */
type Shown = Pick<KoaContextWithOIDC, 'set' | 'req'> & { status: number; body: unknown };

/** Shows a page in answer to a request of the protocol. */
export function showPage(ctx: Shown, page: Page, { status = 200, formTarget }: PageOptions = {}): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders(formTarget) });
  ctx.body = layout(page).text;
}

/**
 * Shows people why a request of a client cannot go on. Only those come here that must not be told to the client: its
 * redirect URI is not known to be its own, say.
 */
export function renderFailure(
  ctx: KoaContextWithOIDC,
  out: ErrorOut,
  error: errors.OIDCProviderError | Error,
): void {
  const { requestId } = visitOf(ctx.req);
  const isLost = error.name === 'SessionNotFound';
  const body = isLost
    ? html`<p>This took too long, or was finished in another window. Go back to the app and start again.</p>`
    : html`<p>The app that sent you here asked for something that cannot be done. Nothing was given to it.</p>
        <p class="alert">
          ${out.error}${out.error_description === undefined ? undefined : `: ${out.error_description}`}
        </p>`;
  const title = isLost ? 'This request is over' : 'The app could not be connected';
  showPage(
    ctx,
    {
      title,
      body: html`${body}
        <p class="soft">request ${requestId}</p>`,
    },
    { status: ctx.status },
  );
}

/** Who is signed in nowhere here and wants to sign out at a client: the last step is theirs, as nothing runs here. */
export function showGoodbye(ctx: KoaContextWithOIDC): void {
  const { session } = ctx.oidc;
  const body = html`<p>You are not signed in to Gatehouse.</p>
    <form method="post" action="/oauth2/logout/confirm">
      <input type="hidden" name="xsrf" value="${secretOf(session?.state)}" />
      <input type="hidden" name="logout" value="yes" />
      <div class="actions"><button class="main">Continue</button></div>
    </form>`;
  showPage(ctx, { title: 'Signed out', body }, returnTarget(ctx));
}

/** What a form of the library has to bring back. */
export function secretOf(state: unknown): string {
  return String((state as { secret?: string } | undefined)?.secret ?? '');
}

/** Where the form of a sign-out leads in the end. */
export function returnTarget({ oidc }: KoaContextWithOIDC): PageOptions {
  const { postLogoutRedirectUri } = (oidc.session?.state ?? {}) as { postLogoutRedirectUri?: string };
  return postLogoutRedirectUri === undefined ? {} : { formTarget: formTargetOf(postLogoutRedirectUri) };
}

import { platformReasons } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import type { IdentityProvider } from '../identity-provider/identity-provider.js';
import type { IdentityRow } from '../identity/identity.store.js';
import { unlink } from '../identity/unlink.js';
import { askForLink, IDENTITIES_PATH } from '../login-flow/ask-for-link.js';
import { currentSession } from '../session/current-session.js';
import { isRecent } from '../session/is-recent.js';
import type { SignedIn } from '../session/session.store.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { html, type Html } from './html.js';
import { ANEW, loginPath } from './next-path.js';
import { sendOn, sendPage } from './send-page.js';

/** More than an account may have. */
const ALL = 100;

/** The page on which people see, link and unlink what signs them in. */
export function identitiesRoutes(context: AuthContext): readonly WebRoute[] {
  return [
    { method: 'GET', path: IDENTITIES_PATH, handle: (visit) => showIdentities(context, visit) },
    { method: 'POST', path: `${IDENTITIES_PATH}/link`, handle: (visit) => beginLink(context, visit) },
    { method: 'POST', path: `${IDENTITIES_PATH}/unlink`, handle: (visit) => removeLink(context, visit) },
  ];
}

async function showIdentities(context: AuthContext, visit: Visit): Promise<void> {
  const { database, identities, accounts, providers } = context;
  const signedIn = await currentSession(context, visit);
  if (!signedIn) return sendOn(visit, loginPath(IDENTITIES_PATH));
  const [rows, account] = await Promise.all([
    identities.list(database.sql, signedIn.accountId, undefined, ALL),
    accounts.find(database.sql, signedIn.accountId),
  ]);
  const mayChange = isRecent(signedIn);
  const isLast = rows.length === 1 && account?.passwordSet === false;
  const known = new Map([...providers.values()].map((one) => [one.issuer, one]));
  const linked = rows.map((row) => identityItem(row, known.get(row.issuer), mayChange && !isLast));
  const more = mayChange ? [...providers.values()].map(linkButton) : [];
  const body = html`<p>${sentenceOn(account?.passwordSet === true, rows.length)}</p>
    <ul class="plain">
      ${linked}
    </ul>
    ${isLast ? html`<p class="soft">The only way to sign in stays.</p>` : undefined}
    ${mayChange ? undefined : signInAgain()}
    <div class="actions wide">${more}</div>
    <p class="soft"><a href="/account">Your account</a></p>`;
  sendPage(visit, { title: 'Ways to sign in', body });
}

function sentenceOn(hasPassword: boolean, identities: number): string {
  if (identities === 0) return 'You sign in with your password.';
  return hasPassword
    ? 'You sign in with your password, or with:'
    : 'You sign in with what is listed here. The account has no password; one can be set by mail.';
}

function identityItem(row: IdentityRow, provider: IdentityProvider | undefined, mayUnlink: boolean): Html {
  const button = html`<form method="post" action="${IDENTITIES_PATH}/unlink">
    <input type="hidden" name="id" value="${row.id}" />
    <button class="danger" aria-label="Unlink ${provider?.displayName ?? row.issuer}">Unlink</button>
  </form>`;
  return html`<li>
    <strong>${provider?.displayName ?? row.issuer}</strong>
    <span class="soft"
      >${row.email ?? row.displayName}, since ${row.createTime.toISOString().slice(0, 10)}</span
    >
    ${mayUnlink ? button : undefined}
  </li>`;
}

function linkButton({ name, displayName }: IdentityProvider): Html {
  return html`<form method="post" action="${IDENTITIES_PATH}/link">
    <input type="hidden" name="provider" value="${name}" />
    <button>Link ${displayName}</button>
  </form>`;
}

function signInAgain(): Html {
  return html`<p>To change this, sign in again: you did a while ago.</p>
    <form method="post" action="/account/sign-out">
      <input type="hidden" name="next" value="${IDENTITIES_PATH}" />
      <input type="hidden" name="${ANEW}" value="yes" />
      <button>Sign in again</button>
    </form>`;
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, SIGN_IN_TOO_OLD, PROVIDER_UNKNOWN */
async function beginLink(context: AuthContext, visit: Visit): Promise<void> {
  await change(context, visit, async ({ accountId, sessionId }, form) => {
    const asked = { provider: form.get('provider') ?? '', accountId, sessionId };
    const { path } = await askForLink(context, asked, visit.caller('BeginLinking'));
    // By a page, as the policy of this one lets no form lead to another site, by whatever redirects.
    const body = html`<p>One moment. If nothing happens, <a href="${path}">go on</a>.</p>`;
    sendPage(visit, { title: 'On the way', body, next: path });
  });
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, SIGN_IN_TOO_OLD, IDENTITY_UNKNOWN, LAST_WAY_IN */
async function removeLink(context: AuthContext, visit: Visit): Promise<void> {
  await change(context, visit, async ({ accountId, sessionId }, form) => {
    await unlink(context, { accountId, id: form.get('id') ?? '', sessionId }, visit.caller('UnlinkIdentity'));
    sendOn(visit, IDENTITIES_PATH);
  });
}

async function change(
  context: AuthContext,
  visit: Visit,
  act: (signedIn: SignedIn, form: ReadonlyMap<string, string>) => Promise<void>,
): Promise<void> {
  requireOwnPage(visit.request, context.webOrigin);
  const form = await readForm(visit.request);
  const signedIn = await currentSession(context, visit);
  if (!signedIn) return sendOn(visit, loginPath(IDENTITIES_PATH));
  if (!isRecent(signedIn)) throw platformReasons.SIGN_IN_TOO_OLD();
  await act(signedIn, form);
}

import type { AuthContext } from '../auth-context.js';
import type { ListedGrantRow } from '../grant/grant.store.js';
import { withdrawGrantOf } from '../grant/withdraw-grant.js';
import { grantablePermissions } from '../oauth/scopes.js';
import { authReasons } from '../reasons.js';
import { currentSession } from '../session/current-session.js';
import type { SignedIn } from '../session/session.store.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { scopeTitles } from './consent-page.js';
import { dayOf, html, type Html } from './html.js';
import { ACCOUNT_PATH, loginPath } from './next-path.js';
import { sendOn, sendPage } from './send-page.js';

const PATH = '/account/apps';

/** The most that the page shows; the API has all, a page at a time. */
const SHOWN = 100;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The page of connected apps: what a person has let clients do, and how to end it. */
export function appsRoutes(context: AuthContext): readonly WebRoute[] {
  return [
    { method: 'GET', path: PATH, handle: (visit) => show(context, visit) },
    { method: 'POST', path: `${PATH}/disconnect`, handle: (visit) => disconnect(context, visit) },
  ];
}

async function show(context: AuthContext, visit: Visit): Promise<void> {
  const signedIn = await currentSession(context, visit);
  if (!signedIn) return sendOn(visit, loginPath(PATH));
  const { database, grants } = context;
  const rows = await grants.list(database.sql, signedIn.accountId, undefined, SHOWN);
  const apps = rows.length === 0 ? html`<p>You have connected no app.</p>` : html`${rows.map(app)}`;
  const body = html`${apps}
    <hr />
    <p class="soft">Signed in as ${signedIn.email}. <a href="${ACCOUNT_PATH}">Your account</a></p>`;
  sendPage(visit, { title: 'Connected apps', body });
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, GRANT_UNKNOWN, DATABASE_UNAVAILABLE */
async function disconnect(context: AuthContext, visit: Visit): Promise<void> {
  requireOwnPage(visit.request, context.webOrigin);
  const signedIn = await currentSession(context, visit);
  if (!signedIn) return sendOn(visit, loginPath(PATH));
  await withdraw(context, signedIn, visit, (await readForm(visit.request)).get('grant') ?? '');
  sendOn(visit, PATH);
}

async function withdraw(
  context: AuthContext,
  { accountId }: SignedIn,
  visit: Visit,
  id: string,
): Promise<void> {
  if (!UUID.test(id)) throw authReasons.GRANT_UNKNOWN();
  await withdrawGrantOf(context, accountId, id, visit.caller('WithdrawGrant').origin);
}

function app({ id, clientName, clientHomeUri, consent, createTime, lastUseTime }: ListedGrantRow): Html {
  const permissions = consent.permissions.flatMap((name) => grantablePermissions.get(name)?.title ?? []);
  const home =
    clientHomeUri === null
      ? undefined
      : html`<a href="${clientHomeUri}" rel="noopener noreferrer">More about ${clientName}</a>`;
  return html`<section class="app" aria-labelledby="${id}">
    <h2 id="${id}">${clientName}</h2>
    <ul>
      ${[...permissions, ...scopeTitles(consent.scopes)].map((title) => html`<li>${title}</li>`)}
    </ul>
    <p class="soft">
      Connected on ${dayOf(createTime)},
      ${lastUseTime === null ? 'never used' : html`last used on ${dayOf(lastUseTime)}`}. ${home}
    </p>
    <form method="post" action="${PATH}/disconnect">
      <input type="hidden" name="grant" value="${id}" />
      <button aria-describedby="${id}">Disconnect</button>
    </form>
  </section>`;
}

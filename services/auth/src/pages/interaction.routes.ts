import type { InteractionResults } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import {
  answers,
  askedOf,
  consent,
  loginResult,
  refuseConsent,
  wantsNew,
  type Details,
} from '../oauth/interactions.js';
import { INTERACTION_PATH } from '../oauth/paths.js';
import type { OauthProviders } from '../oauth/providers.js';
import { authReasons } from '../reasons.js';
import { currentSession } from '../session/current-session.js';
import type { SignedIn } from '../session/session.store.js';
import { signInByForm, type SignInFault } from '../session/sign-in-form.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { consentPage, SHOWN } from './consent-page.js';
import { html } from './html.js';
import { loginPage } from './login-page.js';
import { providerButtons } from './provider-buttons.js';
import { formTargetOf, sendOn, sendPage } from './send-page.js';

/** Marks that a browser has come here from a page of ours, and so has shown all the cookies that it has. */
const HERE = 'here';

/** The pages where a person signs in for a client and decides what it may do. */
export function interactionRoutes(context: AuthContext, providers: OauthProviders): readonly WebRoute[] {
  const path = `${INTERACTION_PATH}:uid`;
  const pages = new InteractionPages(context, providers);
  return [
    { method: 'GET', path, handle: (visit) => pages.show(visit) },
    { method: 'POST', path, handle: (visit) => pages.submit(visit) },
  ];
}

/** What a person answers. */
interface Decision {
  readonly allows: boolean;
  /** The permissions that stood on the page. */
  readonly shown: readonly string[];
}

class InteractionPages {
  constructor(
    private readonly context: AuthContext,
    private readonly providers: OauthProviders,
  ) {}

  /** @throws AppError INTERACTION_OVER, DATABASE_UNAVAILABLE */
  async show(visit: Visit): Promise<void> {
    const details = await this.#detailsOf(visit);
    const signedIn = await currentSession(this.context, visit);
    if (!signedIn && !visit.query.has(HERE)) return comeAgain(visit);
    if (details.prompt.name === 'login') {
      const isAnswered = await answers(this.context, details, signedIn);
      if (signedIn && isAnswered) return this.#login(visit, details, signedIn);
      return this.#askToSignIn(visit, details, { email: signedIn?.email });
    }
    await this.#askForConsent(visit, details, signedIn);
  }

  /** @throws AppError FOREIGN_FORM, FORM_MALFORMED, INTERACTION_OVER, DATABASE_UNAVAILABLE */
  async submit(visit: Visit): Promise<void> {
    requireOwnPage(visit.request, this.context.webOrigin);
    const details = await this.#detailsOf(visit);
    const form = await readForm(visit.request);
    if (details.prompt.name === 'login') {
      const fault = await signInByForm(this.context, visit, form);
      if (fault) return this.#askToSignIn(visit, details, fault);
      return sendOn(visit, `${visit.path}?${HERE}`);
    }
    await this.#decide(visit, details, {
      allows: form.get('decision') === 'allow',
      shown: (form.get(SHOWN) ?? '').split(' '),
    });
  }

  /** @throws AppError INTERACTION_OVER */
  async #detailsOf(visit: Visit): Promise<Details> {
    const details = await this.providers.interactionOf(visit);
    if (!details || visit.path !== INTERACTION_PATH + details.uid) throw authReasons.INTERACTION_OVER();
    return details;
  }

  async #login(visit: Visit, details: Details, signedIn: SignedIn): Promise<void> {
    const before = details.session?.accountId;
    // The browser was somebody else's to the protocol: that ends first, and whoever is here starts again.
    if (before !== undefined && before !== signedIn.accountId) {
      const { Session } = await this.providers.current();
      await (await Session.findByUid(details.session?.uid ?? ''))?.destroy();
      throw authReasons.INTERACTION_OVER();
    }
    await this.#finish(visit, loginResult(signedIn));
  }

  async #askToSignIn(visit: Visit, details: Details, said: Partial<SignInFault>): Promise<void> {
    const { clientName } = await this.#clientOf(details);
    const lead = html`<p>to go on to <strong>${clientName}</strong></p>`;
    const others = providerButtons(this.context, visit.path, wantsNew(details));
    const page = loginPage({ next: visit.path, action: visit.path, lead, others, ...said });
    sendPage(visit, page, { ...this.#targetOf(details), status: said.status });
  }

  async #askForConsent(visit: Visit, details: Details, signedIn: SignedIn | undefined): Promise<void> {
    const { accountId } = details.session ?? {};
    // Who decides is who is signed in.
    if (!signedIn || signedIn.accountId !== accountId) throw authReasons.INTERACTION_OVER();
    const asked = await askedOf(this.context, details, accountId);
    const { clientName, clientHomeUri } = await this.#clientOf(details);
    const { redirect_uri: redirectUri } = details.params as { redirect_uri?: string };
    const page = consentPage({
      clientName,
      clientHomeUri,
      returnsTo: redirectUri === undefined ? 'your device' : placeOf(redirectUri),
      email: signedIn.email,
      action: visit.path,
      ...asked,
    });
    sendPage(visit, page, this.#targetOf(details));
  }

  async #decide(visit: Visit, details: Details, { allows, shown }: Decision): Promise<void> {
    const signedIn = await currentSession(this.context, visit);
    const { accountId } = details.session ?? {};
    if (!signedIn || signedIn.accountId !== accountId) throw authReasons.INTERACTION_OVER();
    const clientId = String(details.params['client_id']);
    const asked = await askedOf(this.context, details, accountId);
    // What they have come to hold while they looked at the page, they have not seen there.
    const seen = { ...asked, permissions: asked.permissions.filter(({ name }) => shown.includes(name)) };
    const result = allows
      ? await consent(this.context, clientId, signedIn, seen, visit.caller('ConsentGrant'))
      : await refuseConsent(this.context, clientId, accountId, visit);
    await this.#finish(visit, result, allows);
  }

  async #finish(visit: Visit, result: InteractionResults, merges = false): Promise<void> {
    const { request, response } = visit;
    const options = { mergeWithLastSubmission: merges };
    const provider = await this.providers.current();
    await provider.interactionFinished(request, response, result, options);
  }

  async #clientOf({ params }: Details): Promise<{ clientName: string; clientHomeUri: string | null }> {
    const { Client } = await this.providers.current();
    const client = await Client.find(String(params['client_id']));
    if (!client) throw authReasons.INTERACTION_OVER();
    return {
      clientName: client.clientName ?? client.clientId,
      clientHomeUri: client['home_uri'] as string | null,
    };
  }

  #targetOf({ params }: Details): { formTarget?: string } {
    const { redirect_uri: redirectUri } = params as { redirect_uri?: string };
    const formTarget = redirectUri === undefined ? undefined : formTargetOf(redirectUri);
    return formTarget === undefined ? {} : { formTarget };
  }
}

/**
 * A browser that a page of another site has sent here does not show the session's cookie (`SameSite=Strict`). This page
 * sends it here once more, and then it does: who is signed in is not asked again.
 */
function comeAgain(visit: Visit): void {
  const next = `${visit.path}?${HERE}`;
  const body = html`<p><a href="${next}">Continue</a></p>`;
  sendPage(visit, { title: 'One moment', body, next });
}

/** The host of a redirect URI, or the app on the device that takes it. */
function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri);
  return host === '' ? `the app ${protocol.slice(0, -1)}` : host;
}

import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { visitOf } from '../web/visit.js';
import { html, type Html } from './html.js';
import { secretOf, showPage } from './protocol-pages.js';

/** What went wrong with a code, by the library's names for it. */
const FAULTS: Readonly<Record<string, string>> = {
  NoCodeError: 'Enter the code that the device shows.',
  NotFoundError: 'No device waits for this code. Compare it with the one that the device shows.',
  ExpiredError: 'This code is too old. Have the device show a new one.',
  AlreadyUsedError: 'This code has been used already. Have the device show a new one.',
  AbortedError: 'The device was not connected.',
};

/** Asks for the code that a device shows. */
export function deviceCodePage(
  ctx: KoaContextWithOIDC,
  _form: string,
  _out?: unknown,
  error?: { readonly name: string; readonly userCode?: string },
): void {
  const visit = visitOf(ctx.req);
  const fault = error && (FAULTS[error.name] ?? 'This did not work. Have the device show a new code.');
  if (error) visit.reason = error.name;
  const code = error?.userCode ?? visit.userCode ?? '';
  const described = fault === undefined ? undefined : html` aria-describedby="fault"`;
  const body = html`<p>Enter the code that your device shows.</p>
    ${fault === undefined ? undefined : html`<p class="alert" id="fault" role="alert">${fault}</p>`}
    <form method="post" action="/device">
      ${secretField(ctx)}
      <label for="user_code">Code</label>
      <input
        class="code"
        id="user_code"
        name="user_code"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        required
        maxlength="32"
        value="${code}"
        autofocus
        ${described}
      />
      <div class="actions wide"><button class="main">Continue</button></div>
    </form>`;
  showPage(ctx, { title: 'Connect a device', body });
}

/** Has the person compare the code, so that nobody connects a device that somebody else holds (RFC 8628, section 5.4). */
export function deviceConfirmPage(
  ctx: KoaContextWithOIDC,
  _form: string,
  client: Client,
  _device: unknown,
  userCode: string,
): void {
  const body = html`<p>
      <strong>${client.clientName ?? client.clientId}</strong> on a device wants to connect.
    </p>
    <p>Go on only if this is the code that the device in front of you shows:</p>
    <p class="code"><strong>${userCode}</strong></p>
    <form method="post" action="/device">
      ${secretField(ctx)}
      <input type="hidden" name="user_code" value="${userCode}" />
      <input type="hidden" name="confirm" value="yes" />
      <div class="actions">
        <button class="main">It is the same code</button>
        <button name="abort" value="yes">Cancel</button>
      </div>
    </form>`;
  showPage(ctx, { title: 'Is this your device?', body });
}

/** Says that the device is connected. */
export function deviceDonePage(ctx: KoaContextWithOIDC): void {
  const { client } = ctx.oidc;
  const body = html`<p>
      <strong>${client?.clientName ?? 'The device'}</strong> is connected. You can go back to it and close
      this window.
    </p>
    <p class="soft">
      You can disconnect it at any time in <a href="/account/apps">your connected apps</a>.
    </p>`;
  showPage(ctx, { title: 'The device is connected', body });
}

function secretField(ctx: KoaContextWithOIDC): Html {
  return html`<input type="hidden" name="xsrf" value="${secretOf(ctx.oidc.session?.state)}" />`;
}

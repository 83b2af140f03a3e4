import type { AuthContext } from '../auth-context.js';
import { html, type Html } from './html.js';

/**
 * Links to every identity provider; nothing where there is none.
 *
 * @param next where the person goes on to
 */
export function providerButtons({ providers }: AuthContext, next: string): Html | undefined {
  if (providers.size === 0) return undefined;
  const query = new URLSearchParams({ next }).toString();
  const buttons = [...providers.values()].map(
    ({ name, displayName }) =>
      html`<a class="button" href="/login/${name}?${query}">Continue with ${displayName}</a>`,
  );
  return html`<p class="or">or</p>
    <div class="actions wide">${buttons}</div>`;
}

import type { AuthContext } from '../auth-context.js';
import { html, type Html } from './html.js';
import { ANEW } from './next-path.js';

/**
 * Links to every identity provider; nothing where there is none.
 *
 * @param next where the person goes on to
 * @param anew whether they are to prove anew who they are
 */
export function providerButtons({ providers }: AuthContext, next: string, anew: boolean): Html | undefined {
  if (providers.size === 0) return undefined;
  const query = new URLSearchParams({ next, ...(anew && { [ANEW]: '' }) }).toString();
  const buttons = [...providers.values()].map(
    ({ name, displayName }) =>
      html`<a class="button" href="/login/${name}?${query}">Continue with ${displayName}</a>`,
  );
  return html`<p class="or">or</p>
    <div class="actions wide">${buttons}</div>`;
}

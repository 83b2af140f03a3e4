import type { IncomingMessage } from 'node:http';
import { authReasons } from '../reasons.js';

/**
 * Refuses a form that another page than one of ours had sent: by Sec-Fetch-Site, which no page can set, or by Origin.
 * All that a browser posts has one of them. The gateway looks too; whoever reaches this port otherwise is judged here.
 *
 * @param origin of the issuer, by whose gateway the pages come
 * @throws AppError FOREIGN_FORM
 */
export function requireOwnPage({ headers }: Pick<IncomingMessage, 'headers'>, origin: string): void {
  const { 'sec-fetch-site': site, origin: said } = headers;
  const isOwn = site === undefined ? said === origin : site === 'same-origin';
  if (!isOwn) throw authReasons.FOREIGN_FORM();
}

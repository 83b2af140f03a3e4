import { platformReasons } from '@gatehouse/errors';
import { isUuid } from './uuid.js';

/**
 * Returns the subject of a user as rows name it. The issuer names users by
 * UUIDs alone; what a row cannot name owns nothing and is turned away before
 * it reaches a query.
 *
 * @throws AppError PERMISSION_DENIED / CALLER_NOT_ADMITTED
 */
export function rowSubject({ subject }: { readonly subject: string }): string {
  if (!isUuid(subject)) throw platformReasons.CALLER_NOT_ADMITTED({ logReason: 'SUBJECT_NOT_A_UUID' });
  return subject.toLowerCase();
}

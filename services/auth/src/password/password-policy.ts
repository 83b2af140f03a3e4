import type { FieldViolation } from '@gatehouse/errors';
import { authReasons } from '../reasons.js';
import { isCommonPassword } from './common-passwords.js';
import { stablePassword } from './passwords.js';

/** Whose password it is: words that whoever guesses tries first. */
export interface PasswordOwner {
  readonly email: string;
  readonly displayName?: string;
}

/** NIST SP 800-63B-4, section 3.1.1.2, for a password that is the only factor. */
const MIN_CODE_POINTS = 15;
const MAX_CODE_POINTS = 256;

const PRODUCT = 'gatehouse';

/** The shortest word that is looked for; shorter ones are in everything. */
const MIN_WORD = 4;

/** What must be left of a password without the words that belong to its owner. */
const MIN_REMAINDER = 8;

/**
 * Refuses a password that would be guessed: by its length, by the lists of common ones, by the words of its
 * owner. Demands no mixture of characters and admits every one.
 *
 * @param field the field of the request that holds it, for the violation
 * @throws AppError PASSWORD_REFUSED
 */
export async function requireSafePassword(
  password: string,
  owner: PasswordOwner,
  field: string,
): Promise<void> {
  const text = stablePassword(password);
  const length = [...text].length;
  const refuse = (reason: string, description: string) => {
    const violation: FieldViolation = { field, reason: `password.${reason}`, description };
    return authReasons.PASSWORD_REFUSED({ violations: [violation] });
  };
  if (length < MIN_CODE_POINTS) throw refuse('min_len', `needs ${MIN_CODE_POINTS} characters`);
  if (length > MAX_CODE_POINTS) throw refuse('max_len', `has more than ${MAX_CODE_POINTS} characters`);
  if (await isCommonPassword(text)) throw refuse('common', 'is guessed often');
  if (isMadeOfWords(text, owner)) throw refuse('context', 'is made of words that belong to the account');
}

function isMadeOfWords(text: string, { email, displayName = '' }: PasswordOwner): boolean {
  const local = email.slice(0, email.lastIndexOf('@'));
  const words = [
    PRODUCT,
    email,
    local,
    displayName,
    ...local.split(/[^\p{L}\p{N}]+/u),
    ...displayName.split(' '),
  ]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= MIN_WORD)
    .sort((a, b) => b.length - a.length);
  const lower = text.toLowerCase();
  const remainder = words.reduce((rest, word) => rest.replaceAll(word, ''), lower);
  return remainder !== lower && [...remainder.replace(/[^\p{L}\p{N}]/gu, '')].length < MIN_REMAINDER;
}

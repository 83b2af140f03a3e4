/** The longest name that the directory takes, in characters. */
const MAX_LENGTH = 100;

/** A name as it may be shown: without what no name has, and not too long; '' where there is none. */
export function displayNameOf(text: unknown): string {
  if (typeof text !== 'string') return '';
  return [...text.replace(/\p{C}/gu, '').trim()].slice(0, MAX_LENGTH).join('');
}

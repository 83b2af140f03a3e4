/**
 * The form of an address that decides whether two are the same: compatible characters made one (NFKC), lower
 * case. Mail providers could tell `Ada@` from `ada@`; none does, and people do not.
 */
export function emailKey(email: string): string {
  return email.normalize('NFKC').toLowerCase().normalize('NFKC');
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Whether a byte stands in a JSON string as it is, and alone is a character: ASCII that needs no escape. */
export function isPlain(byte: number): boolean {
  return byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH;
}

/**
 * Whether all four bytes of a word are plain: 0 when they are. Taking 0x20 from a byte borrows below a space, and
 * taking 1 from what is left of a byte without a quote or a backslash borrows where it was one; a borrow shows in the
 * high bit, which ASCII does not use. A byte that is not ASCII shows its own.
 */
export function notPlain(word: number): number {
  const borrows =
    (word - 0x20202020) | ((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101);
  return (word | borrows) & 0x80808080;
}

/** UTF-8 that is written or met again and again. */
export interface Fragment {
  /** Bytes. */
  readonly length: number;
  /** Its bytes, four to a word in little endian; what is missing in the last one is zero. */
  readonly words: Int32Array;
  /** The bits of the last word that are its own. */
  readonly lastMask: number;
}

/** Makes a fragment of a text that is not empty. */
export function fragment(text: string): Fragment {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  const padded = Buffer.alloc(Math.ceil(length / 4) * 4);
  bytes.copy(padded);
  const words = Int32Array.from({ length: padded.length / 4 }, (_, index) => padded.readInt32LE(index * 4));
  return { length, words, lastMask: -1 >>> (8 * (padded.length - length)) };
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret for a client: 256 random bits. What scans for leaked secrets knows it by its beginning. */
export function newClientSecret(): { readonly text: string; readonly hash: Buffer } {
  const text = `ghc_${randomBytes(32).toString('base64url')}`;
  return { text, hash: hashOfSecret(text) };
}

/** What the database knows of a secret: SHA-256, which is enough for 256 random bits. */
function hashOfSecret(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether a secret is one of those whose hashes are given. Takes the same time for any other. */
export function matchesSecret(text: string, hashes: readonly Buffer[]): boolean {
  const presented = hashOfSecret(text);
  return hashes.map((hash) => timingSafeEqual(hash, presented)).includes(true);
}

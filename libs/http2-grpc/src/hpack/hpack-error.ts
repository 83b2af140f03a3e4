/** A header block that cannot be decoded. What was agreed between the two ends is lost with it, and so the connection. */
export class HpackError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'HpackError';
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * How many bytes of a connection's input are one whole answer, and its status; undefined while it is not there yet.
 *
 * @param received what has come since the request was sent
 * @throws Error for an answer whose end cannot be told
 */
export function wholeAnswer(
  received: Buffer,
): { readonly status: number; readonly length: number } | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const bodyStart = headEnd + HEAD_END.length;
  const head = received.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length !== null) {
    const end = bodyStart + Number(length[1]);
    return received.length < end ? undefined : { status, length: end };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error('an answer without a length');
  const last = received.length - LAST_CHUNK.length;
  const isWhole = last >= bodyStart && received.subarray(last).equals(LAST_CHUNK);
  return isWhole ? { status, length: received.length } : undefined;
}

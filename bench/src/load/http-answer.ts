const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const GRPC_STATUS = 'grpc-status: ';

/**
 * How many bytes of a connection's input are one whole answer, and its status; undefined while it is not there yet. A
 * call of gRPC-Web that has failed, which HTTP knows nothing of, has the status of gRPC.
 *
 * @param received what has come since the request was sent
 * @throws Error for an answer whose end cannot be told
 */
export function wholeAnswer(
  received: Buffer,
): { readonly status: number; readonly length: number } | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const length = lengthOf(received, head, headEnd + HEAD_END.length);
  if (length === undefined) return undefined;
  const isGrpcWeb = /\r\ncontent-type: *application\/grpc-web/i.test(head);
  return { status: (isGrpcWeb && failureOf(received)) || Number(head.slice(9, 12)), length };
}

function lengthOf(received: Buffer, head: string, bodyStart: number): number | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length !== null) {
    const end = bodyStart + Number(length[1]);
    return received.length < end ? undefined : end;
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error('an answer without a length');
  const last = received.length - LAST_CHUNK.length;
  const isWhole = last >= bodyStart && received.subarray(last).equals(LAST_CHUNK);
  return isWhole ? received.length : undefined;
}

/** The status in the last frame of gRPC-Web: 0 for OK. @throws Error where there is none */
function failureOf(received: Buffer): number {
  const at = received.lastIndexOf(GRPC_STATUS);
  if (at < 0) throw new Error('a call without a status');
  return Number.parseInt(received.toString('latin1', at + GRPC_STATUS.length), 10);
}

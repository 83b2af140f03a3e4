/** What stands for itself in `grpc-message`: printable ASCII but for the percent sign. */
const PLAIN = /^[ -$&-~]*$/;
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;

/** Writes a `grpc-message` (gRPC over HTTP/2, Percent-Encoded). */
export function encodeStatusMessage(text: string): string {
  if (PLAIN.test(text)) return text;
  let encoded = '';
  for (const octet of Buffer.from(text)) {
    const isPlain = octet >= 0x20 && octet <= 0x7e && octet !== 0x25;
    encoded += isPlain ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Reads a `grpc-message`. What is no escape stands for itself, as it must not be lost. */
export function decodeStatusMessage(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPES, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

/** Order of the P-256 group (SEC 2 section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * A departure from a genuine ES256 signature.
 *
 * @param form name of the departure; `rs:R:S` sets both integers, where `n` is the group order
 * @param genuine r and s, 64 bytes
 */
export function transformSignature(form: string, genuine: Buffer): Buffer {
  const r = genuine.subarray(0, 32);
  const s = genuine.subarray(32);
  if (form.startsWith('rs:')) {
    const [first = '', second = ''] = form.slice('rs:'.length).split(':');
    return Buffer.concat([bytesOf(integerNamed(first)), bytesOf(integerNamed(second))]);
  }
  switch (form) {
    case 'der':
      return derEncoding(r, s);
    case 'ff':
      return Buffer.alloc(64, 0xff);
    case 'flip':
      return Buffer.from(genuine.map((byte, at) => (at === 0 ? byte ^ 1 : byte)));
    case 'trunc':
      return genuine.subarray(0, 63);
    case 'append':
      return Buffer.concat([genuine, Buffer.of(0)]);
    case 'swap':
      return Buffer.concat([s, r]);
    case 'splusn': // the same residue, one byte longer in both halves
      return Buffer.concat([Buffer.of(0), r, bytesOf(integerOf(s) + ORDER, 33)]);
    case 'highs': // the other valid signature of the same text
      return Buffer.concat([r, bytesOf(ORDER - integerOf(s))]);
    default:
      throw new Error(`unknown signature form ${form}`);
  }
}

function integerNamed(name: string): bigint {
  return name === 'n' ? ORDER : BigInt(name);
}

function integerOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function bytesOf(integer: bigint, length = 32): Buffer {
  return Buffer.from(integer.toString(16).padStart(length * 2, '0'), 'hex');
}

function derEncoding(r: Buffer, s: Buffer): Buffer {
  const content = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}

function derInteger(bytes: Buffer): Buffer {
  const digits = integerOf(bytes).toString(16);
  const magnitude = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  const content = magnitude[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude;
  return Buffer.concat([Buffer.of(0x02, content.length), content]);
}

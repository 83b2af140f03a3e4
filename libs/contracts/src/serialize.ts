import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** What messages are encoded by. */
interface Encoder<Message> {
  encode(message: Message, writer: BinaryWriter): BinaryWriter;
}

/** The memory of a writer that has encoded a larger message is given back, in octets. */
const MAX_KEPT = 256 * 1024;

let writer = new BinaryWriter();

/**
 * The bytes of a message. They are written into memory that is kept for the next one, and copied once: a new writer has a
 * few hundred octets to begin with and moves to twice as many whenever they are full, which takes a list of twenty as long
 * as to encode it.
 *
 * @throws Error when a field does not fit its type
 */
export function serialize<Message>(encoder: Encoder<Message>, message: Message): Buffer {
  try {
    const { buffer, byteOffset, byteLength } = encoder.encode(message, writer).finish();
    if (byteLength > MAX_KEPT) writer = new BinaryWriter();
    return Buffer.from(buffer, byteOffset, byteLength);
  } catch (error) {
    // What it has written of the message would stand before the next one.
    writer = new BinaryWriter();
    throw error;
  }
}

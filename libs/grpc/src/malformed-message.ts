/**
 * Stands for a request whose bytes are no message of the method. grpc-js would
 * answer INTERNAL before any interceptor hears of it: a fault of the service,
 * which clients repeat. As a value it goes the way of every request, behind
 * the guard, and is refused as the caller's fault.
 */
export class MalformedMessage {
  constructor(readonly cause: unknown) {}
}

/** Makes a decoder that returns a {@link MalformedMessage} instead of throwing. */
export function readOrMalformed<Message>(read: (bytes: Buffer) => Message) {
  return (bytes: Buffer): Message | MalformedMessage => {
    try {
      return read(bytes);
    } catch (cause) {
      return new MalformedMessage(cause);
    }
  };
}

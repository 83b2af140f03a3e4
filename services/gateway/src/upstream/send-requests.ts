import type { ClientWritableStream } from '@grpc/grpc-js';

/**
 * Writes request messages to a call as fast as the service takes them, and ends it. Stops when the call has its
 * answer already.
 *
 * @throws whatever the iteration of the messages throws
 */
export async function sendRequests(
  call: ClientWritableStream<Uint8Array>,
  requests: AsyncIterable<Uint8Array>,
): Promise<void> {
  let answered = false;
  let wake = (): void => undefined;
  call.once('status', () => {
    answered = true;
    wake();
  });
  for await (const message of requests) {
    if (answered) return;
    if (call.write(message)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
      call.once('drain', resolve);
      if (answered) resolve();
    });
  }
  call.end();
}

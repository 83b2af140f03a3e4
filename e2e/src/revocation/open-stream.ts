import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { ResourceServiceClient } from '@gatehouse/contracts/resources';
import { fromServiceError } from '@gatehouse/errors';
import type { Outcome } from '../client/outcome.js';
import { headerOf, type ShownCredential } from '../client/rest-client.js';

/** How a stream ended, and when on the monotonic clock of this process. */
export interface StreamEnd {
  readonly outcome: Outcome;
  readonly at: number;
}

/** A watch of resources that has begun. */
export interface OpenStream {
  readonly ended: Promise<StreamEnd>;
  /** The end, once there is one. */
  readonly end: StreamEnd | undefined;
  close(): void;
}

/** Opens a watch at a gateway, as NDJSON. @throws Error when it is refused */
export async function openRestStream(url: string, credential: ShownCredential): Promise<OpenStream> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/v1/resources:watch`, {
    headers: { accept: 'application/x-ndjson', ...headerOf(credential) },
    signal: leaving.signal,
  });
  if (response.status !== 200 || !response.body) throw new Error(`the watch answered ${response.status}`);
  const lines = linesOf(response.body);
  const first = await lines.next();
  if (first.done) throw new Error('the watch ended before it began');
  return followed(lastOf(lines), () => leaving.abort());
}

/** Opens a watch at a replica of resources. @throws AppError when it is refused */
export async function openGrpcStream(
  client: ResourceServiceClient,
  accessToken: string,
): Promise<OpenStream> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${accessToken}`);
  const stream = client.watchResources({}, metadata);
  const over = new Promise<Outcome>((resolve) => {
    stream.on('error', (error: ServiceError) => {
      const { code, reason } = fromServiceError(error);
      resolve({ code: status[code] as Outcome['code'], reason });
    });
    stream.on('end', () => resolve({ code: 'OK', reason: '' }));
  });
  const begun = new Promise((resolve) => stream.once('data', resolve));
  const early = await Promise.race([begun.then(() => undefined), over]);
  if (early) throw new Error(`the watch ended before it began: ${early.code}`);
  return followed(over, () => stream.cancel());
}

function followed(over: Promise<Outcome>, close: () => void): OpenStream {
  let end: StreamEnd | undefined;
  const ended = over.then((outcome) => (end = { outcome, at: performance.now() }));
  // Closing it ourselves is no end that anybody waits for.
  ended.catch(() => undefined);
  return {
    ended,
    get end() {
      return end;
    },
    close,
  };
}

/** What the last record of a watch says: its error, or that there was none. */
async function lastOf(lines: AsyncIterable<string>): Promise<Outcome> {
  for await (const line of lines) {
    const { '@error': problem } = JSON.parse(line) as { readonly '@error'?: Outcome };
    if (problem) return { code: problem.code, reason: problem.reason };
  }
  return { code: 'OK', reason: '' };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let left = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (left + chunk).split('\n');
    left = lines.pop() ?? '';
    // Empty lines say that the connection is alive.
    yield* lines.filter((line) => line !== '');
  }
}

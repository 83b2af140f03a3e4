import { createHash } from 'node:crypto';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';

/** All that a caller learns of a call. */
export interface Learned {
  readonly code: string | undefined;
  readonly details: string;
  /** As {@link digest} has them: jest compares octets one by one. */
  readonly messages: readonly string[];
  /** What came with its failure, by name. */
  readonly trailers: Readonly<Record<string, readonly (string | Buffer)[]>>;
}

const asIs = (bytes: Buffer) => bytes;

/** Calls a service by grpc-js, each method as one of streams both ways: a service cannot tell the difference. */
export class SpecCaller {
  readonly #client: Client;

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.enable_retries': 0,
    });
  }

  call(
    method: string,
    requests: readonly Buffer[],
    { metadata = new Metadata(), timeoutMs = 60_000 } = {},
  ): Promise<Learned> {
    const options = { deadline: Date.now() + timeoutMs };
    const path = `/spec.Service/${method}`;
    const call = this.#client.makeBidiStreamRequest(path, asIs, asIs, metadata, options);
    const messages: string[] = [];
    call.on('data', (message: Buffer) => messages.push(digest(message)));
    for (const request of requests) call.write(request);
    call.end();
    return new Promise((resolve) => {
      call.once('end', () => resolve({ code: 'OK', details: '', messages, trailers: {} }));
      call.once('error', (error) => {
        const { code, details, metadata: received } = error as ServiceError;
        const names = Object.keys(received.getMap()).filter((name) => !OWN.has(name));
        const trailers = Object.fromEntries(names.toSorted().map((name) => [name, received.get(name)]));
        resolve({ code: status[code], details, messages, trailers });
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** What tells one message from another. */
export function digest(message: Uint8Array): string {
  return createHash('sha256').update(message).digest('hex');
}

/** Names that are no metadata of the service's. */
const OWN: ReadonlySet<string> = new Set(['content-type', 'date', 'grpc-accept-encoding']);

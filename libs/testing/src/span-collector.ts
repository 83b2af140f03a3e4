import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { readSpans, type CollectedSpan } from './otlp-spans.js';

/** A collector that takes traces over OTLP/HTTP, in protobuf, and keeps their spans. */
export class SpanCollector implements AsyncDisposable {
  /** What has come, in that order. */
  readonly spans: CollectedSpan[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SpanCollector> {
    const server = createServer();
    const collector = new SpanCollector(server);
    server.on('request', async (request, response) => {
      const sound = request.headers['content-type'] === 'application/x-protobuf';
      if (sound) collector.spans.push(...readSpans(await buffer(request)));
      response.writeHead(sound ? 200 : 415, { 'content-type': 'application/x-protobuf' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return collector;
  }

  /** What to give to whoever is to send its traces here. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/traces`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

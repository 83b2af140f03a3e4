import { type EmbeddedPostgres, startEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One embedded server for all suites of a jest run, started when the first suite asks for it: a run without a
 * database costs nothing but an open port. It lives in jest's main process, so suites ask over HTTP.
 */
export class DatabaseBroker {
  private readonly http: Server;
  private running: Promise<{ server: EmbeddedPostgres; folder: string }> | undefined;

  constructor() {
    this.http = createServer((_request, response) => {
      // A connection that is kept may end just as the next suite asks by it.
      response.shouldKeepAlive = false;
      this.running ??= start();
      this.running.then(
        ({ server }) => response.end(server.url),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    });
  }

  /** Returns the address that answers with the server's superuser URL. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    this.http.unref();
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.http.close();
    this.http.closeAllConnections();
    const running = await this.running?.catch(() => undefined);
    if (running === undefined) return;
    await running.server.stop();
    await rm(running.folder, { recursive: true, force: true });
  }
}

async function start(): Promise<{ server: EmbeddedPostgres; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  // The server may run as another user than we do, and mkdtemp's folders are private.
  await chmod(folder, 0o755);
  return {
    server: await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
    folder,
  };
}

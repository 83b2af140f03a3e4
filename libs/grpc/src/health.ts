import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import { Server } from '@grpc/grpc-js';
import { METRICS_CONTENT_TYPE, readMetrics } from '@gatehouse/telemetry';
import { HealthImplementation } from 'grpc-health-check';
import { HealthPort } from './health-port.js';

/** A condition of being ready, such as a database that answers. Throws or returns false when it does not hold. */
export interface ReadinessCheck {
  readonly name: string;
  readonly holds: () => boolean | Promise<boolean>;
}

/** The name under which the gRPC health protocol is asked whether the process is alive. */
const LIVENESS = 'liveness';

/** How often the conditions are looked at, in milliseconds: while ready, and while callers wait for that. */
const CHECK_EVERY_MS = 1_000;
const CHECK_AGAIN_MS = 100;

/** How many looks in a row must find a condition broken before a ready replica turns callers away. */
const MISSES_ALLOWED = 3;

/**
 * What a process says of itself: by the gRPC health protocol for each service,
 * for the whole (the empty name) and for being alive (`liveness`), and over
 * HTTP as `/livez` and `/readyz`. The health port takes both, in the clear, as
 * probes of a platform have no certificate. Alive means that the event loop turns;
 * ready means that every condition held, but for a moment: a single slow answer
 * of a database turns nobody away. Beside them `/metrics`, as Prometheus reads it.
 */
export class Health {
  readonly #checks: readonly ReadinessCheck[];
  readonly #services: readonly string[];
  readonly #grpc: HealthImplementation;
  readonly #http: HttpServer;
  readonly #probes = new Server();
  readonly #port: HealthPort;
  #failing: readonly string[] = ['starting'];
  #timer: NodeJS.Timeout | undefined;
  #draining = false;
  #misses = 0;

  constructor(services: readonly string[], checks: readonly ReadinessCheck[]) {
    this.#services = ['', ...services];
    this.#checks = checks;
    this.#grpc = new HealthImplementation({
      ...Object.fromEntries(this.#services.map((name) => [name, 'NOT_SERVING'] as const)),
      [LIVENESS]: 'SERVING',
    });
    this.#grpc.addToServer(this.#probes);
    this.#http = createServer((request, response) => {
      if (request.url === '/metrics') return void sendMetrics(response);
      const ok = request.url === '/livez' || (request.url === '/readyz' && this.ready);
      const known = request.url === '/livez' || request.url === '/readyz';
      response.writeHead(known ? (ok ? 200 : 503) : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(known ? { ok, failing: ok ? [] : this.#failing } : { ok: false }));
    });
    this.#port = new HealthPort(this.#http, this.#probes);
  }

  /** Whether calls should be sent here. */
  get ready(): boolean {
    return !this.#draining && this.#failing.length === 0;
  }

  addToServer(server: Server): void {
    this.#grpc.addToServer(server);
  }

  /**
   * Starts answering and looking at the conditions.
   *
   * @returns the health port
   */
  async start(host: string, port: number): Promise<number> {
    const actual = await this.#port.listen(host, port);
    await this.#look();
    return actual;
  }

  /** Says NOT_SERVING from now on, so that callers turn away before the server closes. */
  drain(): void {
    this.#draining = true;
    this.#failing = ['draining'];
    this.#publish();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#port.close();
  }

  async #look(): Promise<void> {
    const outcomes = await Promise.all(
      this.#checks.map(async ({ name, holds }) => {
        try {
          return (await holds()) ? [] : [name];
        } catch {
          return [name];
        }
      }),
    );
    if (this.#draining) return;
    this.#judge(outcomes.flat());
    this.#publish();
    this.#timer = setTimeout(() => void this.#look(), this.ready ? CHECK_EVERY_MS : CHECK_AGAIN_MS);
    this.#timer.unref();
  }

  #judge(failing: readonly string[]): void {
    this.#misses = failing.length === 0 ? 0 : this.#misses + 1;
    if (!this.ready || this.#misses === 0 || this.#misses >= MISSES_ALLOWED) this.#failing = failing;
  }

  #publish(): void {
    for (const name of this.#services) this.#grpc.setStatus(name, this.ready ? 'SERVING' : 'NOT_SERVING');
  }
}

async function sendMetrics(response: ServerResponse): Promise<void> {
  const text = await readMetrics().catch(() => undefined);
  if (text === undefined) response.writeHead(503).end();
  else response.writeHead(200, { 'content-type': METRICS_CONTENT_TYPE }).end(text);
}

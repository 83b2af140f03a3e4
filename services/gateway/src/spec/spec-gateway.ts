import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Writable } from 'node:stream';
import type { FileRegistry } from '@bufbuild/protobuf';
import { createLogger } from '@gatehouse/telemetry';
import { createSigningKey, eventually, type SpecSigningKey } from '@gatehouse/testing';
import { readGatewaySettings } from '../config.js';
import { startGateway, type RunningGateway } from '../start-gateway.js';
import { SpecBackend } from './spec-backend.js';

const ISSUER = 'https://auth.spec.test';
/** The subject of the access tokens of a spec. */
export const SPEC_SUBJECT = '0190b0a0-0000-7000-8000-00000000000a';

/** An answer of the gateway. */
export interface SpecAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

/** A request to the gateway. */
export interface SpecRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  /** The access token to present. */
  readonly accessToken?: string;
}

/** A running gateway in front of a real backend, and what a spec asks of both. */
export interface SpecGateway {
  readonly port: number;
  readonly healthPort: number;
  readonly url: string;
  readonly backend: SpecBackend;
  readonly backendPort: number;
  readonly key: SpecSigningKey;
  /** Every log line so far. */
  readonly logLines: readonly Record<string, unknown>[];
  readonly running: RunningGateway;
  /** An access token of the issuer; claims override. */
  accessToken(scope?: string, claims?: Readonly<Record<string, unknown>>): string;
  send(path: string, request?: SpecRequest): Promise<SpecAnswer>;
  /** The log line of a request, once it is written. */
  lineOf(answer: Pick<SpecAnswer, 'headers'>): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts both. */
export async function startSpecGateway(
  environment: Readonly<Record<string, string>> = {},
  registry?: FileRegistry,
): Promise<SpecGateway> {
  const key = createSigningKey();
  const { backend, port: backendPort } = await SpecBackend.start([key.jwk]);
  const address = `127.0.0.1:${backendPort}`;
  const variables = {
    GATEHOUSE_ENVIRONMENT: 'development',
    GATEHOUSE_ISSUER: ISSUER,
    GATEHOUSE_HTTP_PORT: '0',
    GATEHOUSE_HEALTH_PORT: '0',
    GATEHOUSE_DRAIN_TIMEOUT_MS: '2000',
    // Whatever else the machine does, nothing is refused because of it.
    GATEHOUSE_MAX_LOOP_BEHIND_MS: '60000',
    GATEHOUSE_AUTH_ADDRESS: address,
    GATEHOUSE_CLIENT_SECRET: 'a client secret of a spec',
    GATEHOUSE_USERS_ADDRESS: address,
    GATEHOUSE_RESOURCES_ADDRESS: address,
    ...environment,
  };
  const logLines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logLines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const log = createLogger({ service: 'gateway', level: 'info', destination });
  const start = async () => startGateway(readGatewaySettings(variables), log, registry);
  const running = await start().catch((error: unknown) => {
    backend.kill();
    throw error;
  });
  const { port, healthPort } = running;
  // Keys and revocations are there, unless a spec keeps the gateway from auth.
  if (environment['GATEHOUSE_AUTH_ADDRESS'] === undefined) await eventually(() => becomesReady(healthPort));
  const accessToken: SpecGateway['accessToken'] = (scope = 'resources:read', claims = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const ids = { client_id: 'gatehouse', sid: randomUUID(), jti: randomUUID() };
    return key.sign({
      iss: ISSUER,
      aud: 'gatehouse-api',
      sub: SPEC_SUBJECT,
      ...ids,
      credential: 'session',
      scope,
      iat: now,
      exp: now + 300,
      ...claims,
    });
  };
  return {
    port,
    healthPort,
    url: `http://127.0.0.1:${port}`,
    backend,
    backendPort,
    key,
    logLines,
    running,
    accessToken,
    send: (path, request = {}) => send(port, path, request),
    lineOf: (answer) =>
      eventually(() => {
        const id = answer.headers['x-request-id'];
        const line = logLines.find(({ request_id, msg }) => request_id === id && msg === 'request');
        if (!line) throw new Error(`no line for ${String(id)}`);
        return line;
      }),
    stop: async () => {
      await running.stop();
      backend.kill();
    },
  };
}

async function becomesReady(healthPort: number): Promise<void> {
  const { status } = await fetch(`http://127.0.0.1:${healthPort}/readyz`);
  if (status !== 200) throw new Error(`/readyz answers ${status}`);
}

/** Sends a path exactly as it is given. */
function send(port: number, path: string, request: SpecRequest): Promise<SpecAnswer> {
  const { method = 'GET', headers = {}, body, accessToken } = request;
  const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...authorization, ...headers },
      agent: false,
    };
    const sent = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /[/+]json/.test(response.headers['content-type'] ?? '') && text !== '';
        const json: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** A JSON body. */
export function jsonBody(value: unknown): Pick<SpecRequest, 'headers' | 'body'> {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

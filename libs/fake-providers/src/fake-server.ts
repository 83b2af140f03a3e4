import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeProvider, FakeProviderOptions } from './fake-provider.js';
import { VICTIM, type ProviderFault } from './fault.js';

export type FakeListener = (request: IncomingMessage, response: ServerResponse) => void;

/** A provider before it knows how to answer. */
export interface FakeServer extends FakeProvider {
  readonly victim: string;
  /** Set once, before the first request. */
  answer: FakeListener;
}

/** Megabytes of an answer that is too large. */
const HUGE_BYTES = 10_000_000;

/** Where the instances of clouds are told their credentials. */
const METADATA_URL = 'http://169.254.169.254/latest/meta-data/';

/**
 * Starts the server of a fake provider.
 *
 * @param isForService which paths services ask for and browsers do not: there the faults of the network happen
 */
export async function listenFake(
  { host = '127.0.0.1', port = 0, url, people, victim = VICTIM }: FakeProviderOptions,
  isForService: (path: string) => boolean,
): Promise<FakeServer> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://fake').pathname;
    if (!isForService(path)) return fake.answer(request, response);
    fake.asked.push(path);
    if (!misbehave(fake.fault, response)) fake.answer(request, response);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const fake: FakeServer = {
    url: url ?? `http://${host}:${(server.address() as AddressInfo).port}`,
    people: new Map(people.map((person) => [person.subject, person])),
    fault: undefined,
    signsIn: undefined,
    asked: [],
    victim,
    answer: (_, response) => void response.writeHead(503).end(),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

/** @returns whether the request has had its answer, such as it is */
function misbehave(fault: ProviderFault | undefined, response: ServerResponse): boolean {
  switch (fault) {
    case 'slow':
      return true;
    case 'down':
      response.destroy();
      return true;
    case 'overloaded':
      response.writeHead(503).end();
      return true;
    case 'huge-answer':
      response.writeHead(200, { 'content-type': 'application/json' }).end('x'.repeat(HUGE_BYTES));
      return true;
    case 'redirect':
      response.writeHead(302, { location: METADATA_URL }).end();
      return true;
    default:
      return false;
  }
}

/** The fields of a form that was posted. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}

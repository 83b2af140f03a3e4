import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { FeedBackend } from './feed-backend.js';
import { startSpecGateway, type SpecGateway } from './spec-gateway.js';

/** A gateway in front of a feed backend. */
export interface FeedGateway extends SpecGateway {
  readonly feed: FeedBackend;
  /** Where the feed backend is. */
  readonly feedAddress: string;
}

/** Starts both. */
export async function startFeedGateway(
  environment: Readonly<Record<string, string>> = {},
): Promise<FeedGateway> {
  const feed = new FeedBackend();
  const address = await feed.start();
  const settings = { GATEHOUSE_RESOURCES_ADDRESS: address, ...environment };
  const gateway = await startSpecGateway(settings, feed.contract).catch((error: unknown) => {
    feed.stop();
    throw error;
  });
  const stop = async () => {
    await gateway.stop();
    feed.stop();
  };
  return { ...gateway, feed, feedAddress: address, stop };
}

/** A request whose bodies are written and read piece by piece. */
export interface OpenRequest {
  readonly request: ClientRequest;
  /** Once the headers of the answer are there. */
  readonly response: Promise<IncomingMessage>;
}

/** Opens a request with the headers of someone who may call. */
export function openRequest(
  gateway: SpecGateway,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): OpenRequest {
  const authorization = `Bearer ${gateway.accessToken()}`;
  const options = { host: '127.0.0.1', port: gateway.port, method, path, agent: false as const };
  const request = httpRequest({ ...options, headers: { authorization, ...headers } });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
  });
  return { request, response };
}

/** The rest of a body as text. @throws Error when it was cut short */
export async function readText(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(Buffer.from(piece as Buffer));
  return Buffer.concat(pieces).toString();
}

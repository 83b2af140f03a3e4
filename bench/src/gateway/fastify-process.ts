import type { AddressInfo } from 'node:net';
import { credentials, Metadata } from '@grpc/grpc-js';
import { ResourceServiceClient, Visibility, type Resource } from '@gatehouse/contracts/resources';
import { AccessTokenVerifier, KeySet, TokenRejected } from '@gatehouse/tokens';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { answer } from '../answer.js';
import { API_AUDIENCE, ISSUER } from '../guard/issuer.js';
import type { GatewayStart } from './gateway-start.js';

// Fastify and the generated client of grpc-js, with the verifier of Gatehouse: what is usual, well chosen.

const DEADLINE_MS = 10_000;

answer({
  start: async ({ publicKey, ports }: GatewayStart): Promise<number> => {
    const keys = KeySet.from(publicKey.keySet);
    const verifier = new AccessTokenVerifier({ issuer: ISSUER, audience: API_AUDIENCE, keys });
    const client = new ResourceServiceClient(`127.0.0.1:${ports.grpc}`, credentials.createInsecure());
    const app = fastify();
    app.addHook('onRequest', (request, reply) => admit(verifier, request, reply));
    app.get<{ Params: { id: string } }>('/v1/resources/:id', async ({ params: { id }, headers }) => {
      const { resource } = await call(client.getResource.bind(client), { id }, headers.authorization);
      return resource && toJson(resource);
    });
    app.get<{ Querystring: { pageSize: string } }>('/v1/resources', async ({ query, headers }) => {
      const request = { pageSize: Number(query.pageSize), pageToken: '', filter: undefined, orderBy: '' };
      const reply = await call(client.listResources.bind(client), request, headers.authorization);
      return { resources: reply.resources.map(toJson), nextPageToken: reply.nextPageToken };
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return (app.server.address() as AddressInfo).port;
  },
});

/** A unary method of a generated client. */
type Method<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: Error | null, reply: Reply) => void,
) => unknown;

function call<Request, Reply>(
  method: Method<Request, Reply>,
  request: Request,
  authorization = '',
): Promise<Reply> {
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  return new Promise((resolve, reject) => {
    method(request, metadata, { deadline: Date.now() + DEADLINE_MS }, (error, reply) =>
      error ? reject(error) : resolve(reply),
    );
  });
}

async function admit(verifier: AccessTokenVerifier, request: FastifyRequest, reply: FastifyReply) {
  const accessToken = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  try {
    const { scope } = verifier.peek(accessToken) ?? (await verifier.verify(accessToken));
    if (!scope.has('resources:read')) return reply.code(403).send();
  } catch (error) {
    if (!(error instanceof TokenRejected)) throw error;
    return reply.code(401).send();
  }
  return undefined;
}

const VISIBILITY: Readonly<Partial<Record<Visibility, string>>> = {
  [Visibility.UNSPECIFIED]: 'VISIBILITY_UNSPECIFIED',
  [Visibility.PRIVATE]: 'VISIBILITY_PRIVATE',
  [Visibility.INTERNAL]: 'VISIBILITY_INTERNAL',
};

function toJson(resource: Resource) {
  return { ...resource, visibility: VISIBILITY[resource.visibility] };
}

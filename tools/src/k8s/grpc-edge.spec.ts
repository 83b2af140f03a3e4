import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { certificateName, EDGE } from '@gatehouse/grpc/client';
import { compileRoutes } from '@gatehouse/transcoding';
import { readKustomized } from './kustomize.js';
import { ofKind, type Manifest } from './manifest.js';
import { withOverlays } from './spec/overlays.js';

interface RouteSpec {
  readonly hostnames: readonly string[];
  readonly rules: readonly {
    readonly backendRefs: readonly { readonly name: string }[];
    readonly matches: readonly { readonly method: { readonly service: string; readonly method?: string } }[];
  }[];
}

const prod = await withOverlays((folder) => readKustomized(join(folder, 'prod')));
const [route] = ofKind<RouteSpec>(prod, 'GRPCRoute');

/** `backend /service/method` of every method of the contract that a route leads to. */
function ledTo({ spec }: Manifest<RouteSpec>): string[] {
  return [...readAccessTable(contract).rules.values()].flatMap(({ path, method }) =>
    spec!.rules.flatMap(({ backendRefs, matches }) =>
      matches.some(
        ({ method: wanted }) =>
          wanted.service === method.parent.typeName && (wanted.method ?? method.name) === method.name,
      )
        ? backendRefs.map(({ name }) => `${name} ${path}`)
        : [],
    ),
  );
}

describe('the route of gRPC from outside', () => {
  it('leads to what has a route of REST and asks for an access token, and to nothing else', () => {
    const overRest = new Set(compileRoutes(contract).routes.map(({ grpcPath }) => grpcPath));
    const expected = [...readAccessTable(contract).rules.values()]
      .filter(({ access, path }) => access !== 'public' && overRest.has(path))
      .map(({ path, method }) => `${method.parent.typeName.split('.')[1]} ${path}`);
    expect(expected.length).toBeGreaterThan(20);
    expect(ledTo(route!)).toEqual(expected);
  });

  it('names only what the contract has', () => {
    const named = route!.spec!.rules.flatMap(({ matches }) => matches.map(({ method }) => method));
    for (const { service, method } of named) {
      const names = contract.getService(service)?.methods.map(({ name }) => name);
      expect(names).toEqual(method === undefined ? expect.any(Array) : expect.arrayContaining([method]));
    }
  });

  it('has another name than the route of REST', () => {
    const rest = ofKind<RouteSpec>(prod, 'HTTPRoute').flatMap(({ spec }) => spec!.hostnames);
    expect(route!.spec!.hostnames.filter((name) => rest.includes(name))).toEqual([]);
  });

  it('is taken by a Gateway with a certificate that is no service, and opens no connection to one', () => {
    const certificate = ofKind(prod, 'Certificate').find(({ metadata }) => metadata.name === EDGE);
    expect(certificate?.spec).toMatchObject({ dnsNames: [certificateName(EDGE)], usages: ['client auth'] });
    const grant = ofKind(prod, 'ReferenceGrant')[0];
    expect(grant?.spec).toMatchObject({
      from: [{ kind: 'Gateway', namespace: 'edge' }],
      to: [{ kind: 'Secret', name: 'edge-tls' }],
    });
  });
});

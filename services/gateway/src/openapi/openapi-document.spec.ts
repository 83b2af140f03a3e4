import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contract } from '@gatehouse/contracts';
import { Router } from '@gatehouse/transcoding';
import { readRestContract } from '../rpc/rest-contract.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { openApiDocument } from './openapi-document.js';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly { readonly name: string; readonly required?: boolean }[];
  readonly responses: Record<string, unknown>;
}

const rest = readRestContract(contract);
const { table, rules } = rest;
const text = openApiDocument(rest);
const document = JSON.parse(text) as { openapi: string; paths: Record<string, Record<string, Operation>> };
/** The scheme of each kind of credential. */
const SCHEMES: Readonly<Record<string, string>> = {
  token_family: 'accessToken',
  session: 'session',
  api_key: 'apiKey',
  grant: 'oauth',
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

let gateway: SpecGateway;
beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

describe('the document', () => {
  it('is served as it is made, and made the same each time', async () => {
    const answer = await gateway.send('/openapi.json');
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('application/json') },
    });
    expect(answer.text).toBe(text);
    expect(openApiDocument(readRestContract(contract))).toBe(text);
    expect(document.openapi).toBe('3.1.0');
  });

  it('asks for no mask of an update: without one it is what the body gives', () => {
    const parameters = operations.flatMap(({ operation }) => operation.parameters ?? []);
    const masks = parameters.filter(({ name }) => name === 'updateMask');
    expect(masks).toHaveLength(operations.filter(({ method }) => method === 'PATCH').length);
    expect(masks.filter(({ required }) => required)).toEqual([]);
  });

  it('has every route, and every operation finds its way back to its method', () => {
    const router = new Router(table);
    const found = operations.map(({ path, method, operation }) => {
      const match = router.match(method, path.replaceAll(/\{[^}]*\}/g, 'x'));
      if (match.kind !== 'match') throw new Error(`${method} ${path} is no route`);
      const { rpc, grpcPath } = match.route;
      expect(operation.operationId).toBe(`${rpc.parent.name}_${rpc.name}`);
      return grpcPath;
    });
    expect(found.sort()).toEqual(table.routes.map(({ grpcPath }) => grpcPath).sort());
  });

  it('asks for what the rules ask for', () => {
    const router = new Router(table);
    for (const { path, method, operation } of operations) {
      const match = router.match(method, path.replaceAll(/\{[^}]*\}/g, 'x'));
      const rule = match.kind === 'match' ? rules.get(match.route.grpcPath) : undefined;
      if (rule?.access === 'public') expect(operation.security).toEqual([]);
      else {
        const scopes = rule?.permission ? [rule.permission] : [];
        const admitted = rule?.credentials ?? new Set(['token_family', 'session', 'api_key', 'grant']);
        const schemes = [...admitted].map((kind) => ({ [SCHEMES[kind] ?? '']: scopes }));
        expect(operation.security).toEqual(schemes);
        expect(operation.responses).toHaveProperty('401');
      }
      const isRestricted = rule?.access !== 'public' && (rule?.permission ?? rule?.credentials) !== undefined;
      const isChange = method !== 'GET' && (rule?.access !== 'public' || rest.cookies.has(rule.path));
      expect('403' in operation.responses).toBe(isRestricted || isChange);
    }
  });
});

describe('the command', () => {
  const command = fileURLToPath(new URL('../cli/openapi.js', import.meta.url));
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [command, ...args], { stdio: 'pipe' }).toString();

  it('writes the document, and tells a fresh file from a stale one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
    const file = join(folder, 'openapi.json');
    try {
      run(file);
      expect(readFileSync(file, 'utf8')).toBe(text);
      run('--check', file);
      writeFileSync(file, text.replace('Gatehouse', 'Doghouse'));
      expect(() => run('--check', file)).toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

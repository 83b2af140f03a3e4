import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import { exchangeBytes, statusesIn } from '../spec/raw-socket.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { readRestContract } from './rest-contract.js';

let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'];

/** Other spellings of a path that some reader may take for the path itself. */
function spellings(path: string): string[] {
  const encode = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const last = path.lastIndexOf('/');
  const deep = [...path].flatMap((character, at) => {
    const [before, after] = [path.slice(0, at), path.slice(at + 1)];
    const escaped = encode(character);
    return [escaped, escaped.toUpperCase(), escaped.replace('%', '%25')].map((text) => before + text + after);
  });
  const inserted = [
    '/',
    '//',
    '/.',
    '/./',
    '/../',
    '/..;/',
    ';',
    ';a=b',
    '%00',
    '%2f',
    '%5c',
    '\\',
    '%20',
    '%09',
    '~',
    '.json',
  ];
  const around = inserted.flatMap((text) => [
    path + text,
    text + path,
    path.slice(0, last) + text + path.slice(last),
    path.slice(0, last + 1) + text + path.slice(last + 1),
  ]);
  const prefixes = [
    '/docs/..',
    '/docs/%2e%2e',
    '/openapi.json/..',
    '/.well-known/..',
    '/%2e',
    '/x/..',
    'http://h',
    '//h',
  ];
  const tails = ['?', '?x', '?access_token=a', '#', '#/docs', '?/../docs', '?_method=GET'];
  return [
    ...deep,
    ...around,
    ...prefixes.map((prefix) => prefix + path),
    ...tails.map((tail) => path + tail),
    path.toUpperCase(),
    path.replace(/v1/, 'V1'),
    path.split('').reverse().join(''),
  ];
}

const { table, rules } = readRestContract(contract);
const protectedRoutes = table.routes.filter(({ grpcPath }) => rules.get(grpcPath)?.access !== 'public');
const publicPaths = new Set(
  table.routes
    .filter(({ grpcPath }) => rules.get(grpcPath)?.access === 'public')
    .map(({ template }) => template.text),
);

it.each(protectedRoutes.map((route) => [`${route.method} ${route.template.text}`, route] as const))(
  'no spelling of %s gets in without an access token',
  async (_name, route) => {
    const path = route.template.text.replaceAll(/\{[^}]*\}/g, '0190b0a0-0000-7000-8000-000000000001');
    const targets = spellings(path).filter((target) => !publicPaths.has(target));
    const requests = targets.flatMap((target) =>
      [route.method, METHODS[target.length % METHODS.length] as string].map((method) => ({ method, target })),
    );
    while (requests.length < 500)
      requests.push(...requests.slice(0, 500 - requests.length).map(withOverride));
    const before = gateway.backend.calls.length;
    const wrong: string[] = [];
    for (let at = 0; at < requests.length; at += 50) {
      const batch = requests.slice(at, at + 50);
      const statuses = await Promise.all(batch.map(({ method, target }) => statusOf(method, target)));
      batch.forEach(({ method, target }, index) => {
        const status = statuses[index] ?? 0;
        // OPTIONS tells which methods a path has, and nothing else.
        if (status < 300 && !(method === 'OPTIONS' && status === 204))
          wrong.push(`${method} ${target}: ${status}`);
      });
    }
    expect(wrong).toEqual([]);
    expect(gateway.backend.calls).toHaveLength(before);
  },
);

/** The same with the header of a method override. */
function withOverride({ method, target }: { method: string; target: string }) {
  return {
    method: method === 'GET' ? 'POST' : method,
    target: `${target}${target.includes('?') ? '&' : '?'}_method=GET`,
  };
}

async function statusOf(method: string, target: string): Promise<number> {
  const head = `${method} ${target} HTTP/1.1\r\nhost: h\r\nx-http-method-override: GET\r\nx-original-url: /docs\r\n`;
  const [status] = statusesIn(await exchangeBytes(gateway.port, `${head}connection: close\r\n\r\n`));
  return status ?? 400;
}

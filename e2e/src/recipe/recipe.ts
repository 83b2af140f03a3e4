import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RestClient, succeeded } from '../client/rest-client.js';
import { PRINCIPALS } from '../matrix/principals.js';
import { mintAccessToken } from '../system/listed-key.js';
import { factsOf, type OwnSystem, type startOwnSystem } from '../system/own-system.js';
import { announcementOf } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';
import { readRecipe, type RecipeStep } from './read-recipe.js';
import { RepositoryCopy, type CommandResult } from './repository-copy.js';

const PROTO = 'proto/gatehouse/resources/v1/resource_service.proto';
const PATH = '/gatehouse.resources.v1.ResourceService/CountResources';
const RULE = `    option (gatehouse.access.v1.rule) = {
      permission: "resources:read"
      callers: CALLER_USER
      revocation: REVOCATION_LENIENT
    };
  }

  // Changes a resource`;
const NODE = process.execPath;
const TSC = './node_modules/.bin/tsc';

/** Follows "Add an RPC" of CONTRIBUTING.md in a copy of the repository, and forgets each of its steps once. */
export async function proveRecipe(told: (text: string) => void): Promise<void> {
  await using copy = await RepositoryCopy.make();
  const steps = readRecipe(await readFile(join(copy.folder, 'CONTRIBUTING.md'), 'utf8'));
  const part = (end: string) => steps.filter(({ file }) => file.endsWith(end));
  const apply = async (some: readonly RecipeStep[]) => {
    for (const step of some) await copy.apply(step);
  };

  told('the contract, the query and the handler');
  await apply([...part('.proto'), ...part('.store.ts'), ...part('count-resources.ts')]);
  await generate(copy);

  told('without the controller line: the compiler asks for it');
  const unhandled = await copy.run(TSC, ['-b', 'services/resources']);
  assert.notEqual(unhandled.code, 0);
  assert.match(unhandled.output, /resource\.controller\.ts.*(\n.*)*countResources/);

  told('with it: builds');
  await apply(part('controller.ts'));
  await build(copy, 'e2e', 'services/auth', 'services/users', 'services/resources', 'services/gateway');

  told('without an expectation: the matrix asks for one');
  const unexpected = await matrixFaults(copy);
  assert.notEqual(unexpected.code, 0);
  assert.ok(unexpected.output.includes(PATH), unexpected.output);
  await apply(part('expectations/resources.ts'));
  await build(copy, 'e2e');

  await proveStarted(copy, told);

  told('without a rule: the service refuses to start and names the method');
  await copy.replace(PROTO, RULE, RULE.slice(RULE.indexOf('  }\n\n')));
  await generate(copy);
  await build(copy, 'services/resources', 'services/gateway');
  for (const service of ['resources', 'gateway'] as const) {
    const refused = await copy.run(NODE, [`services/${service}/dist/main.js`], SETTINGS[service]);
    assert.notEqual(refused.code, 0);
    assert.ok(refused.output.includes(`${PATH} has no access rule`), refused.output);
  }
}

/** Enough to get as far as the contract is read; nothing here answers. */
const NOWHERE = '127.0.0.1:1';
const COMMON = {
  GATEHOUSE_ENVIRONMENT: 'development',
  GATEHOUSE_HEALTH_PORT: '0',
  GATEHOUSE_ISSUER: 'https://nobody.example',
  GATEHOUSE_AUTH_ADDRESS: NOWHERE,
  GATEHOUSE_CLIENT_SECRET: 'a client secret of a spec',
};
const SETTINGS = {
  resources: {
    ...COMMON,
    GATEHOUSE_GRPC_PORT: '0',
    GATEHOUSE_DATABASE_URL: `postgres://nobody@${NOWHERE}/nothing`,
    GATEHOUSE_PAGE_TOKEN_KEY: Buffer.alloc(32).toString('base64'),
  },
  gateway: {
    ...COMMON,
    GATEHOUSE_HTTP_PORT: '0',
    GATEHOUSE_USERS_ADDRESS: NOWHERE,
    GATEHOUSE_RESOURCES_ADDRESS: NOWHERE,
  },
};

/** Tries the new method in a running system of the copy. */
async function proveStarted(copy: RepositoryCopy, told: (text: string) => void): Promise<void> {
  const module = pathToFileURL(join(copy.folder, 'e2e/dist/system/own-system.js')).href;
  const theirs = (await import(module)) as { startOwnSystem: typeof startOwnSystem };
  await using own = await theirs.startOwnSystem();

  told('started: route, access check and documentation are there');
  await useRoute(own);

  told('the matrix has its cells, and they hold');
  await runCells(copy, own);
}

/** Uses the new method over REST. */
async function useRoute(own: OwnSystem): Promise<void> {
  const rest = new RestClient(own.addresses.gateway);
  const { accessToken } = await signInDemo(own, 'editor');
  const { count } = succeeded(await rest.as(accessToken).get('/v1/resources:count'));
  assert.match(String(count), /^[1-9]\d*$/);

  const nobody = await rest.get('/v1/resources:count');
  assert.deepEqual([nobody.status, nobody.body['reason']], [401, 'UNAUTHENTICATED']);
  const user = { sub: 'a-user', client_id: 'an-app', sid: 'a-session', aud: own.apiAudience };
  const without = mintAccessToken(own, { ...user, scope: 'resources:write' });
  const refused = await rest.as(without).get('/v1/resources:count');
  assert.deepEqual([refused.status, refused.body['reason']], [403, 'PERMISSION_MISSING']);

  const { paths } = succeeded(await rest.get<{ paths: Record<string, object> }>('/openapi.json'));
  const documented = JSON.stringify(paths['/v1/resources:count'] ?? 'nothing');
  assert.ok(documented.includes('Counts the resources') && documented.includes('resources:read'), documented);
}

/** Runs the cells of the new method: one over gRPC and one over REST for each principal. */
async function runCells(copy: RepositoryCopy, own: OwnSystem): Promise<void> {
  const names = 'CountResources over gRPC|resources:count over REST';
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '-c', 'e2e/jest.config.mjs'];
  const command = [...jest, '--runInBand', 'matrix/matrix', '-t', names];
  const result = await copy.run(NODE, command, announcementOf(factsOf(own)));
  succeededCommand(result);
  const passed = Number(/^Tests:.* (\d+) passed/m.exec(result.output)?.[1]);
  assert.equal(passed, 2 * PRINCIPALS.length, result.output);
}

/** Runs the copy's own check that the matrix is complete. */
function matrixFaults(copy: RepositoryCopy): Promise<CommandResult> {
  const script = `
    import { readAccessTable } from '@gatehouse/access';
    import { contract } from '@gatehouse/contracts';
    import { expectationFaults } from './e2e/dist/matrix/expectation-faults.js';
    import { EXPECTATIONS } from './e2e/dist/matrix/expectations/index.js';
    const faults = expectationFaults(readAccessTable(contract), EXPECTATIONS);
    console.error(faults.join('\\n'));
    process.exitCode = faults.length;`;
  return copy.run(NODE, ['--input-type=module', '--eval', script]);
}

async function generate(copy: RepositoryCopy): Promise<void> {
  succeededCommand(await copy.run(NODE, ['tools/generate/main.mjs']));
}

async function build(copy: RepositoryCopy, ...projects: string[]): Promise<void> {
  succeededCommand(await copy.run(TSC, ['-b', ...projects]));
}

function succeededCommand({ code, output }: CommandResult): void {
  assert.equal(code, 0, output);
}

import { execFile, spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { makeApiKey } from '../client/api-key.js';
import { RestClient } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const RUN = fileURLToPath(new URL('../../clients/python/run.sh', import.meta.url));

/** Whether what `run.sh` needs is installed. `npm run e2e -- python` takes it for granted. */
const required = process.env['E2E_PYTHON'] === 'required';
const present = [
  ['/usr/bin/python3', '-c', 'import grpc'],
  ['protoc', '--version'],
  ['sh', '-c', 'command -v grpc_python_plugin'],
].every(([command = '', ...args]) => spawnSync(command, args).status === 0);

(required || present ? it : it.skip)(
  'a Python client with generated stubs signs in, uses resources and exchanges an API key',
  async () => {
    const system = sharedSystem();
    const { addresses, accounts } = system;
    const editor = accounts.find(({ roles }) => roles.at(-1) === 'editor');
    const { accessToken } = await signInDemo(system, 'editor');
    const rest = new RestClient(addresses.gateway).as(accessToken);
    const { secret } = await makeApiKey(rest, { permissions: ['resources:read'], lifetime: '600s' });
    const parameters = [addresses.auth[0], addresses.resources[0], editor?.email, editor?.password, secret];
    if (addresses.tls !== undefined) parameters.push(dirname(addresses.tls.certificate));
    const { stdout } = await promisify(execFile)(RUN, parameters.map(String));
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('ok');
  },
);

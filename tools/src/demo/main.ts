// `npm run demo`: the login flow against the running system, explained step by step.
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.js';
import { playCredentialsFlow } from './credentials-flow.js';
import { playDelegationFlow } from './delegation-flow.js';
import { playLoginFlow } from './login-flow.js';
import { Narrator } from './narrator.js';
import { playPermissionFlow } from './permission-flow.js';
import { playRevocationFlow } from './revocation-flow.js';
import { findRunningSystem } from '../running-system.js';

const narrator = new Narrator((line) => console.log(line));
try {
  const system = await findRunningSystem(process.env['GATEHOUSE_DATA'] ?? join(repositoryRoot, '.gatehouse'));
  const accessToken = await playLoginFlow(system, narrator);
  await playPermissionFlow(system, narrator, accessToken);
  await playCredentialsFlow(system, narrator);
  await playRevocationFlow(system, narrator);
  await playDelegationFlow(system, narrator);
  console.log('');
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

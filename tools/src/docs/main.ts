// `npm run docs`: writes the documents that are computed from the code.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authReasons } from '@gatehouse/auth/reasons';
import { platformReasons } from '@gatehouse/errors';
import { gatewayReasons } from '@gatehouse/gateway/reasons';
import { resourcesReasons } from '@gatehouse/resources/reasons';
import { usersReasons } from '@gatehouse/users/reasons';
import { repositoryRoot } from '../repository-root.js';
import { errorsPage } from './errors-page.js';

const page = errorsPage([
  { title: 'Any service', reasons: platformReasons },
  { title: 'Auth', reasons: authReasons },
  { title: 'Users', reasons: usersReasons },
  { title: 'Resources', reasons: resourcesReasons },
  { title: 'Gateway', reasons: gatewayReasons },
]);
await writeFile(join(repositoryRoot, 'docs/errors.md'), page);

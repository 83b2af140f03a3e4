import type { Expectations } from '../expectation.js';
import { appExpectations } from './apps.js';
import { auditExpectations } from './audit.js';
import { authExpectations } from './auth.js';
import { resourcesExpectations } from './resources.js';
import { signInExpectations } from './sign-ins.js';
import { usersExpectations } from './users.js';

/** What every method of the contract is called with. A new method is added here, in the file of its package. */
export const EXPECTATIONS: Expectations = {
  ...authExpectations,
  ...signInExpectations,
  ...appExpectations,
  ...auditExpectations,
  ...usersExpectations,
  ...resourcesExpectations,
};

import { status } from '@grpc/grpc-js';
import { defineReasons } from '@gatehouse/errors';

/** The reasons that this service alone gives. */
export const usersReasons = defineReasons('users.gatehouse.dev', {
  USER_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such person',
    help: 'No person of the directory has this id: never, not yet, or not any more.',
  },
  PROFILE_PENDING: {
    code: status.NOT_FOUND,
    message: 'the directory does not hold your profile',
    help:
      'The profile of a new account follows within moments: try again. ' +
      'The account may also have been erased while its access token is still good.',
  },
});

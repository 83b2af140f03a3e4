import { status } from '@grpc/grpc-js';
import { defineReasons } from '@gatehouse/errors';

/** The reasons that this service alone gives. */
export const resourcesReasons = defineReasons('resources.gatehouse.dev', {
  RESOURCE_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such resource',
    help: 'No resource that the caller may see has this id. Whether another one has it is not told.',
  },
  RESOURCE_NOT_EDITABLE: {
    code: status.PERMISSION_DENIED,
    message: 'the resource may be seen but not edited',
    help: 'Only its owner, those it is shared with as editors and `resources:admin` may do this.',
  },
  RESOURCE_NOT_OWNED: {
    code: status.PERMISSION_DENIED,
    message: 'the resource belongs to someone else',
    help: 'Only its owner and `resources:admin` may delete it and say with whom it is shared and who else sees it.',
  },
  SHARE_LIMIT: {
    code: status.RESOURCE_EXHAUSTED,
    message: 'the resource is shared with as many as it may be',
    help: 'A resource is shared with at most 1,000 subjects. End a share first, or make it visible to everyone.',
  },
  REQUEST_ID_REUSED: {
    code: status.ALREADY_EXISTS,
    message: 'the request_id made another resource',
    help: 'The caller made a resource with this `request_id` before, from other values. Choose a new one.',
  },
  WATCH_TOO_SLOW: {
    code: status.RESOURCE_EXHAUSTED,
    message: 'changes came faster than the watcher read them',
    help: 'The watch has ended. Read the resources again and begin another one.',
  },
  WATCH_INTERRUPTED: {
    code: status.UNAVAILABLE,
    message: 'changes may have been missed',
    help: 'The database was started anew. The watch has ended: read the resources again and begin another one.',
  },
  SUBJECT_ERASED: {
    code: status.FAILED_PRECONDITION,
    message: 'the account is gone',
    help: 'The subject was erased: it can own nothing and nothing can be shared with it, though its access token may still be good.',
  },
});

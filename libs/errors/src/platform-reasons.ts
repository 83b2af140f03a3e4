import { status } from '@grpc/grpc-js';
import { PLATFORM_DOMAIN } from './app-error.js';
import { defineReasons } from './reasons.js';

/** The reasons that any service may give. */
export const platformReasons = defineReasons(PLATFORM_DOMAIN, {
  FIELD_INVALID: {
    code: status.INVALID_ARGUMENT,
    message: 'the request breaks a rule of the contract',
    help: 'A field breaks a constraint of the contract. `violations` names each field and rule.',
  },
  PAGE_TOKEN_INVALID: {
    code: status.INVALID_ARGUMENT,
    message: 'the page token was not issued for this list',
    help: 'A `page_token` was changed, or used with another filter or order. Start from the first page.',
  },
  FIELD_MASK_INVALID: {
    code: status.INVALID_ARGUMENT,
    message: 'the update mask names what cannot be changed, or nothing',
    help: 'The `update_mask` holds a path that is no field to change (those that only the service sets are left out), or there is none and nothing is set.',
  },
  ETAG_MISMATCH: {
    code: status.ABORTED,
    message: 'it has changed since it was read',
    help: 'The `etag` that was sent is not the current one. Read again, decide again.',
  },
  UNAUTHENTICATED: {
    code: status.UNAUTHENTICATED,
    message: 'a valid access token is required',
    help: 'No access token, or one that is not accepted. Every cause gets this one answer; sign in again.',
  },
  PROOF_INVALID: {
    code: status.UNAUTHENTICATED,
    message: 'the proof of possession is not accepted',
    help: 'The access token is bound to a key, and no proof came with it that the caller has that key (DPoP, RFC 9449): it is missing, malformed, of another request, access token or key, older than a minute, or was used before. Every cause gets this one answer; send a new proof with each request.',
  },
  PERMISSION_MISSING: {
    code: status.PERMISSION_DENIED,
    message: 'the access token lacks the permission',
    help: 'The scope of the access token does not hold the permission that `metadata.permission` names.',
  },
  CALLER_NOT_ADMITTED: {
    code: status.PERMISSION_DENIED,
    message: 'this kind of caller may not call the method',
    help: 'A service or a client called a method for users in its own name, or the other way round.',
  },
  CREDENTIAL_NOT_ADMITTED: {
    code: status.PERMISSION_DENIED,
    message: 'the method does not admit this kind of credential',
    help: 'The access token descends from another kind of credential than those that `metadata.credentials` names: an API key cannot manage credentials, say. Sign in.',
  },
  SIGN_IN_TOO_OLD: {
    code: status.UNAUTHENTICATED,
    message: 'the method asks for a more recent sign-in',
    help: 'The person proved who they are longer ago than the `metadata.max_age` seconds that the method admits (RFC 9470). Sign in again; a refresh does not help.',
  },
  CONFLICT: {
    code: status.ABORTED,
    message: 'the call met another one; try again',
    help: 'Two calls touched the same rows at once and this one gave way. Trying again makes sense.',
  },
  DEADLINE_EXCEEDED: {
    code: status.DEADLINE_EXCEEDED,
    message: 'the call took longer than its deadline',
    help: 'The work was given up. Its effect is unknown unless the method is a read.',
  },
  MESSAGE_MALFORMED: {
    code: status.INVALID_ARGUMENT,
    message: 'the request is not a message of the method',
    help: 'The bytes are no protobuf message of the request type.',
  },
  DATABASE_UNAVAILABLE: {
    code: status.UNAVAILABLE,
    message: 'the service cannot reach its database',
    help: 'An outage, not a fault of the caller. Try again after `retryAfter`.',
  },
  KEYS_UNAVAILABLE: {
    code: status.UNAVAILABLE,
    message: 'the service has no key set yet',
    help: 'The service started while the issuer was down and cannot verify anyone yet. Try again.',
  },
  REVOCATIONS_UNKNOWN: {
    code: status.UNAVAILABLE,
    message: 'the service cannot know whether the access token was revoked',
    help: 'The service is cut off from the issuer, and the method is one that must not be done on old knowledge. An outage, not a fault of the caller. Try again after `retryAfter`.',
  },
  PROOFS_UNKNOWN: {
    code: status.UNAVAILABLE,
    message: 'the service cannot know whether the proof was used before',
    help: 'The issuer, which knows what proofs were used, does not answer. An outage, not a fault of the caller. Send another proof after `retryAfter`.',
  },
  PEER_UNAVAILABLE: {
    code: status.UNAVAILABLE,
    message: 'a service that is needed does not answer',
    help: 'An outage behind the service. Try again after `retryAfter`.',
  },
  OVERLOADED: {
    code: status.UNAVAILABLE,
    message: 'the service has more to do than it can',
    help: 'The work was refused before it began. Try again after `retryAfter`.',
  },
  STOPPING: {
    code: status.UNAVAILABLE,
    message: 'the replica is stopping',
    help: 'The replica ended before the work was done. Its effect is unknown unless the method is a read; try again.',
  },
  INTERNAL: {
    code: status.INTERNAL,
    message: 'internal error',
    help: 'A fault of the service. The cause is in its log under the request id.',
  },
});

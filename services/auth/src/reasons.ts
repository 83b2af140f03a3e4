import { status } from '@grpc/grpc-js';
import { defineReasons } from '@gatehouse/errors';

/** The reasons that this service alone gives. */
export const authReasons = defineReasons('auth.gatehouse.dev', {
  EMAIL_TAKEN: {
    code: status.ALREADY_EXISTS,
    message: 'an account with this address exists',
    help: 'Upper and lower case, and compatible forms of the same characters, make no other address. Sign in instead. Where addresses must be verified nobody gets this answer.',
  },
  PASSWORD_REFUSED: {
    code: status.INVALID_ARGUMENT,
    message: 'the password is too easy to guess',
    help: 'The password is too short, guessed often, or made of words that belong to the account. `violations` says which.',
  },
  CREDENTIALS_INVALID: {
    code: status.UNAUTHENTICATED,
    message: 'the email or the password is wrong',
    help: 'No account has this address, its password is another one, it is suspended, or its address must be verified first. Every cause gets this one answer.',
  },
  PASSWORD_NOT_SET: {
    code: status.FAILED_PRECONDITION,
    message: 'the account has no password',
    help: 'It is signed in to with an identity provider. `RequestPasswordReset` has a code mailed that sets a password.',
  },
  CODE_INVALID: {
    code: status.FAILED_PRECONDITION,
    message: 'the code is not accepted',
    help: 'It is unknown, expired, used, or a newer one took its place. Every cause gets this one answer; ask for another mail.',
  },
  REFRESH_TOKEN_INVALID: {
    code: status.UNAUTHENTICATED,
    message: 'the refresh token is not accepted',
    help: 'It is unknown, expired, spent, or its sign-in has ended. Every cause gets this one answer; sign in again.',
  },
  CREDENTIAL_INVALID: {
    code: status.UNAUTHENTICATED,
    message: 'the credential is not accepted',
    help: 'The session, the API key or the access token is malformed, unknown, expired, revoked, not bound to a key where it has to be, or not allowed from this address. Every cause gets this one answer.',
  },
  API_KEY_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such API key',
    help: "The caller has no good API key of this ID: it never existed, is another person's, or is over.",
  },
  API_KEY_ROTATED: {
    code: status.FAILED_PRECONDITION,
    message: 'the API key was rotated already',
    help: 'A key has one successor. Rotate that one, or make a new key.',
  },
  API_KEY_LIMIT: {
    code: status.RESOURCE_EXHAUSTED,
    message: 'the account has as many API keys as it may have',
    help: 'An account has at most 20 keys, and 20 more that were rotated and are not over. Revoke one first.',
  },
  PERMISSION_NOT_HELD: {
    code: status.PERMISSION_DENIED,
    message: 'an API key cannot do more than whoever makes it',
    help: 'The scope of the access token lacks the permissions that `metadata.permissions` names.',
  },
  CLIENT_INVALID: {
    code: status.UNAUTHENTICATED,
    message: 'the client or its secret is wrong',
    help: 'No client has this ID, or its secret is another one. Both get this one answer.',
  },
  AUDIENCE_NOT_ALLOWED: {
    code: status.PERMISSION_DENIED,
    message: 'the client has no business with this audience',
    help: 'The client is known and holds no permission at the service that it asks a token for.',
  },
  ACCOUNT_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such account',
    help: 'No account has this subject: it never existed or was erased.',
  },
  SESSION_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such session',
    help: 'The caller has no session of this ID: it has ended, never existed, or is of another account. `ListSessions` says which there are.',
  },
  ROLE_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such role',
    help: '`ListRoles` says which roles there are.',
  },
  LAST_ADMIN: {
    code: status.FAILED_PRECONDITION,
    message: 'the last admin cannot be removed',
    help: 'Someone must be able to manage roles. Grant the role `admin` to another account first.',
  },
  IDENTITY_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such identity',
    help: 'No identity of this ID is linked to the account: it was unlinked, never existed, or is of another account. `ListIdentities` says which there are.',
  },
  LAST_WAY_IN: {
    code: status.FAILED_PRECONDITION,
    message: 'the last way to sign in cannot be removed',
    help: 'The account has no password and no other identity. Set a password by `RequestPasswordReset`, or link another identity, first.',
  },
  IDENTITY_LINKED_ELSEWHERE: {
    code: status.ALREADY_EXISTS,
    message: 'this identity signs in to another account',
    help: 'An identity is linked to one account. Sign in with it and unlink it there first.',
  },
  IDENTITY_LIMIT: {
    code: status.RESOURCE_EXHAUSTED,
    message: 'the account has as many identities as it may have',
    help: 'An account has at most 10 identities. Unlink one first.',
  },
  LOGIN_FLOW_INVALID: {
    code: status.FAILED_PRECONDITION,
    message: 'this sign-in cannot be finished; begin again',
    help: 'It is unknown, took longer than 10 minutes, was finished, or was begun in another browser, at another provider or in another session. Every cause gets this one answer.',
  },
  EMAIL_NOT_VERIFIED: {
    code: status.FAILED_PRECONDITION,
    message: 'the identity provider has no verified address of this person',
    help: 'An account needs an address that is shown to be its owner’s: the provider has none, does not call it verified, or is not authoritative for it where no mail is sent. Verify the address there, or register here.',
  },
  SIGN_IN_REFUSED: {
    code: status.UNAUTHENTICATED,
    message: 'the account cannot be signed in to',
    help: 'The account that the identity is linked to is suspended or was erased meanwhile.',
  },
  PROVIDER_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such identity provider',
    help: 'The settings of this installation name no provider of this name.',
  },
  PROVIDER_UNAVAILABLE: {
    code: status.UNAVAILABLE,
    message: 'the identity provider does not answer',
    help: 'It is slow, away, or says so itself, and for a moment is not asked again. Every other way to sign in works. Try again after `retryAfter`.',
  },
  PROVIDER_DENIED: {
    code: status.PERMISSION_DENIED,
    message: 'the identity provider did not let the person sign in',
    help: 'Most often the person said no there.',
  },
  PROVIDER_ANSWER_REFUSED: {
    code: status.UNAUTHENTICATED,
    message: 'the answer of the identity provider is not accepted',
    help: 'Its ID token, its metadata or its answer failed a check, or it did not accept the code. Every cause gets this one answer; the log and the audit trail have the finer reason.',
  },
  TOO_MANY_ATTEMPTS: {
    code: status.RESOURCE_EXHAUSTED,
    message: 'too many attempts; wait before the next one',
    help: 'The account, the address or everyone together has tried too often, as `docs/limits.md` says. Try again after `retryAfter`. Accounts that do not exist get the same answer after as many attempts.',
  },
  CLIENT_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such client',
    help: 'No client has this ID, or it was disabled and can be changed no more. `ListClients` says which there are.',
  },
  CLIENT_CHANGED: {
    code: status.ABORTED,
    message: 'the client was changed meanwhile',
    help: 'Somebody else has changed it while this was checked. Read it again and decide anew.',
  },
  CLIENT_HAS_NO_SECRET: {
    code: status.FAILED_PRECONDITION,
    message: 'the client proves itself without a secret',
    help: 'It has keys of its own, or runs where no secret can be kept.',
  },
  CLIENT_METADATA_REFUSED: {
    code: status.FAILED_PRECONDITION,
    message: 'what the client names is not as it has to be',
    help: 'A document that it names does not list all redirect URIs, cannot be fetched from a public address, or what is said of it does not fit together. `metadata.detail` says what.',
  },
  GRANT_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such grant',
    help: 'The caller has given no grant of this ID: it has ended, never existed, or is of another account. `ListGrants` says which there are.',
  },
  INTERACTION_OVER: {
    code: status.FAILED_PRECONDITION,
    message: 'this request of an app is over',
    help: 'It took longer than an hour, was finished in another window, or belongs to another browser. Go back to the app and start again.',
  },
  PAGE_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is nothing at this address',
    help: 'No page and no endpoint of the protocol has this path. Paths are matched exactly.',
  },
  METHOD_UNKNOWN: {
    code: status.UNIMPLEMENTED,
    message: 'the page does not take this method',
    help: 'The `Allow` header names the methods that the path takes.',
  },
  FORM_MALFORMED: {
    code: status.INVALID_ARGUMENT,
    message: 'the form cannot be read',
    help: 'A form is `application/x-www-form-urlencoded`, at most 64 KiB, and no field stands in it twice.',
  },
  FOREIGN_FORM: {
    code: status.PERMISSION_DENIED,
    message: 'the form was sent by another site',
    help: 'Neither `Sec-Fetch-Site` nor `Origin` says that the form came from a page of ours. Open the page and send it from there.',
  },
  HASH_QUEUE_FULL: {
    code: status.UNAVAILABLE,
    message: 'too many sign-ins are under way',
    help: 'Hashing passwords is bounded so that it cannot starve the service. Try again after `retryAfter`.',
  },
  KEY_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is no such signing key',
    help: 'No signing key has, or ever had, this key ID.',
  },
  KEY_TOO_YOUNG: {
    code: status.FAILED_PRECONDITION,
    message: 'not every verifier knows the next signing key yet',
    help: 'A signing key must have been published for a while before it signs. Rotate again after `retryAfter`.',
  },
});

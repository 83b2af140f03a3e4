import { getExtension, hasExtension, toBinary, type DescMethod, type FileRegistry } from '@bufbuild/protobuf';
import { Caller, Credential, Revocation, Rule } from '@gatehouse/contracts/access';
import type { CredentialKind } from '@gatehouse/tokens';
import type { CallerKind, MethodRule, RevocationMode } from './method-rule.js';

const CALLERS: ReadonlyMap<Caller, CallerKind> = new Map([
  [Caller.USER, 'user'],
  [Caller.SERVICE, 'service'],
  [Caller.CLIENT, 'client'],
]);
const REVOCATIONS: ReadonlyMap<Revocation, RevocationMode> = new Map([
  [Revocation.LENIENT, 'lenient'],
  [Revocation.STRICT, 'strict'],
]);

const CREDENTIALS: ReadonlyMap<Credential, CredentialKind> = new Map([
  [Credential.TOKEN_FAMILY, 'token_family'],
  [Credential.SESSION, 'session'],
  [Credential.API_KEY, 'api_key'],
  [Credential.GRANT, 'grant'],
]);

/** Those of a person's own, which a method without a permission admits unless it says otherwise. */
const OWN_CREDENTIALS: ReadonlySet<CredentialKind> = new Set(['token_family', 'session', 'api_key']);

/** The gRPC path of a method (`:path` of its HTTP/2 request). */
export function grpcPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/**
 * Reads and checks the rule of one method.
 *
 * @param known the names of the permissions that the contract declares
 * @returns the rule, or the faults that keep the method from being served
 */
export function readRule(
  registry: FileRegistry,
  method: DescMethod,
  known: ReadonlySet<string>,
): MethodRule | string[] {
  const path = grpcPath(method);
  const extension = registry.getExtension('gatehouse.access.v1.rule');
  const options = method.proto.options;
  if (!extension?.message || !options || !hasExtension(options, extension))
    return [`${path} has no access rule`];
  const message = getExtension(options, extension) as Parameters<typeof toBinary>[1];
  return checkRule(Rule.decode(toBinary(extension.message, message)), method, known);
}

function checkRule(rule: Rule, method: DescMethod, known: ReadonlySet<string>): MethodRule | string[] {
  const path = grpcPath(method);
  const faults: string[] = [];
  const fault = (text: string) => faults.push(`${path} ${text}`);
  const { requirement, audited } = rule;
  const callers = new Set<CallerKind>();
  for (const caller of rule.callers) {
    const kind = CALLERS.get(caller);
    if (kind) callers.add(kind);
    else fault(`admits a caller that does not exist: ${caller}`);
  }
  const credentials = new Set<CredentialKind>();
  for (const credential of rule.credentials) {
    const kind = CREDENTIALS.get(credential);
    if (kind) credentials.add(kind);
    else fault(`admits a credential that does not exist: ${credential}`);
  }
  const maxAge = rule.maxSignInAgeSeconds;
  if (maxAge < 0) fault(`asks for a sign-in of a negative age: ${maxAge}`);
  if ((credentials.size > 0 || maxAge > 0) && !callers.has('user'))
    fault('asks for credentials of users and admits none');
  const revocation = REVOCATIONS.get(rule.revocation);
  if (!requirement || (requirement.$case !== 'permission' && !requirement.value)) {
    fault('is neither public nor asks for anything');
    return faults;
  }
  if (requirement.$case === 'public') {
    if (callers.size > 0 || revocation || credentials.size > 0 || maxAge > 0)
      fault('is public, so callers, revocation and credentials have no meaning');
    return faults.length > 0 ? faults : { path, method, audited, access: 'public' };
  }
  if (callers.size === 0) fault('admits no caller');
  if (!revocation) fault('does not say how it treats revocation');
  const permission = requirement.$case === 'permission' ? requirement.value : undefined;
  if (permission === undefined && callers.has('client')) fault('admits clients, and asks for no permission');
  if (permission !== undefined && !known.has(permission))
    fault(`asks for an unknown permission: ${permission}`);
  if (faults.length > 0 || !revocation) return faults;
  return {
    path,
    method,
    audited,
    access: requirement.$case,
    permission,
    callers,
    revocation,
    credentials: credentials.size > 0 ? credentials : defaultCredentials(callers, permission),
    maxSignInAgeSeconds: maxAge > 0 ? maxAge : undefined,
  };
}

/** A person is asked for permissions: what needs none was consented to by nobody. */
function defaultCredentials(callers: ReadonlySet<CallerKind>, permission: string | undefined) {
  return permission === undefined && callers.has('user') ? OWN_CREDENTIALS : undefined;
}

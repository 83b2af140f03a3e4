import {
  fromBinary,
  getOption,
  hasOption,
  isMessage,
  ScalarType,
  toBinary,
  type DescField,
  type DescMessage,
  type FileRegistry,
} from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { FeatureSet_FieldPresence, timestampMs, TimestampSchema } from '@bufbuild/protobuf/wkt';
import type { Route } from '@gatehouse/transcoding';
import { endedSessionCookie, sessionCookie } from '@gatehouse/session-cookie';

/** How the replies of a method set the session cookie. */
export interface SessionCookieField {
  /**
   * The `set-cookie` header of a reply: the session's, for as long as the `expire_time` of the body says; the one
   * that ends it for an empty secret; undefined where the reply says nothing of it.
   *
   * @param message the reply in wire format
   * @param now milliseconds since the epoch
   */
  headerOf(message: Uint8Array, now: number): string | undefined;
  /** The reply as a caller may have it who gets all of it. @param message in wire format, as is what is returned */
  withoutSecret(message: Uint8Array): Uint8Array;
}

type IsMarked = (field: DescField) => boolean;

/** Which fields carry the secret of a session (`gatehouse.access.v1.session_cookie`); none without the option. */
function markedBy(registry: FileRegistry): IsMarked {
  const option = registry.getExtension('gatehouse.access.v1.session_cookie');
  if (!option) return () => false;
  return (field) => hasOption(field, option) && getOption(field, option) === true;
}

/**
 * Finds the routes whose replies set the session cookie.
 *
 * @returns by gRPC path; `faults` names every route that would show a secret in a body, or cannot set the cookie
 */
export function readSessionCookies(
  registry: FileRegistry,
  routes: readonly Route[],
): { cookies: ReadonlyMap<string, SessionCookieField>; faults: string[] } {
  const isMarked = markedBy(registry);
  const cookies = new Map<string, SessionCookieField>();
  const faults: string[] = [];
  for (const route of routes) {
    const { output, methodKind } = route.rpc;
    const fault = (text: string) => faults.push(`${route.rpcName} ${text}`);
    if (showsSecret(route, isMarked)) fault('would show the secret of a session in the body of its reply');
    const [secret, ...others] = output.fields.filter(isMarked);
    if (secret === undefined) continue;
    const isText = secret.fieldKind === 'scalar' && secret.scalar === ScalarType.STRING;
    if (!isText || secret.presence === FeatureSet_FieldPresence.IMPLICIT || others.length > 0)
      fault('must have one optional string for the session cookie');
    if (methodKind !== 'unary') fault('streams and cannot set the session cookie');
    if (route.method === 'GET') fault('would set the session cookie by GET');
    cookies.set(route.grpcPath, fieldOf(output, secret, expiryIn(route)));
  }
  return { cookies, faults };
}

function fieldOf(output: DescMessage, secret: DescField, expiry: DescField | undefined): SessionCookieField {
  return {
    headerOf: (bytes, now) => {
      const message = reflect(output, fromBinary(output, bytes));
      if (!message.isSet(secret)) return undefined;
      const value = String(message.get(secret));
      if (value === '') return endedSessionCookie;
      const endsAt = expiry && endOf(message, expiry);
      return sessionCookie(value, endsAt === undefined ? undefined : (endsAt - now) / 1_000);
    },
    withoutSecret: (bytes) => {
      const message = reflect(output, fromBinary(output, bytes));
      message.clear(secret);
      return toBinary(output, message.message);
    },
  };
}

/** Milliseconds since the epoch. */
function endOf(reply: ReflectMessage, expiry: DescField): number | undefined {
  const holder = reply.fields.find(
    (field) => field.fieldKind === 'message' && field.message === expiry.parent,
  );
  if (holder?.fieldKind !== 'message' || !reply.isSet(holder)) return undefined;
  const body = reply.get(holder);
  if (!body.isSet(expiry)) return undefined;
  const { message } = body.get(expiry) as ReflectMessage;
  return isMessage(message, TimestampSchema) ? timestampMs(message) : undefined;
}

/** The `expire_time` (AIP-148) of the body of a route. */
function expiryIn({ responseField }: Route): DescField | undefined {
  if (responseField?.fieldKind !== 'message') return undefined;
  return responseField.message.fields.find(
    (field) =>
      field.name === 'expire_time' &&
      field.fieldKind === 'message' &&
      field.message.typeName === TimestampSchema.typeName,
  );
}

/** Whether a marked field is anywhere in the body of a route. */
function showsSecret({ responseField, rpc }: Route, isMarked: IsMarked): boolean {
  if (responseField === undefined) return holdsMarked(rpc.output, isMarked, new Set());
  const message = messageOf(responseField);
  return isMarked(responseField) || (message !== undefined && holdsMarked(message, isMarked, new Set()));
}

function holdsMarked(message: DescMessage, isMarked: IsMarked, seen: Set<DescMessage>): boolean {
  if (seen.has(message)) return false;
  seen.add(message);
  return message.fields.some((field) => {
    const inner = messageOf(field);
    return isMarked(field) || (inner !== undefined && holdsMarked(inner, isMarked, seen));
  });
}

function messageOf(field: DescField): DescMessage | undefined {
  return field.message;
}

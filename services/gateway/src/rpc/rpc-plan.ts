import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { MethodRule } from '@gatehouse/access';
import { MAX_CALL_MS } from '@gatehouse/grpc';
import { isHttpBodyResponse, type Route } from '@gatehouse/transcoding';
import type { SessionCookieField } from '../credential/session-cookie-field.js';
import type { RestContract } from './rest-contract.js';

/** How long a call may take unless its caller says otherwise, in milliseconds. */
const DEFAULT_CALL_MS = 10_000;

/** What of serving a route is known at start. */
export interface RpcPlan {
  readonly rule: MethodRule;
  /** How its replies set the session cookie, if they do. */
  readonly cookie: SessionCookieField | undefined;
  /** How long a call may take whose caller does not say, in milliseconds. */
  readonly defaultMs: number;
  /** Whether its replies are bytes of a type that they name. */
  readonly isRaw: boolean;
  /** Whether its answers are public and change nothing. */
  readonly isPublicRead: boolean;
}

/** @throws Error for a route whose method has no rule */
export function planRpcs({ table, rules, cookies }: RestContract): ReadonlyMap<Route, RpcPlan> {
  const plans = new Map<Route, RpcPlan>();
  for (const route of table.routes) {
    const rule = rules.get(route.grpcPath);
    if (!rule) throw new Error(`${route.grpcPath} has no rule`);
    plans.set(route, {
      rule,
      cookie: cookies.get(route.grpcPath),
      defaultMs: route.rpc.methodKind === 'unary' ? DEFAULT_CALL_MS : MAX_CALL_MS,
      isRaw: isHttpBodyResponse(route),
      isPublicRead: isPublicRead(rule),
    });
  }
  return plans;
}

function isPublicRead({ access, method }: MethodRule): boolean {
  return access === 'public' && method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}

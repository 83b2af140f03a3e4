import type Provider from 'oidc-provider';
import type { errors, KoaContextWithOIDC } from 'oidc-provider';
import { AppError } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import { showGoodbye, showPage } from '../pages/protocol-pages.js';
import { failurePage, setRetryAfter } from '../pages/failure-page.js';
import { visitOf } from '../web/visit.js';
import { ROUTES } from './paths.js';

/** What the library says of requests that it refuses, by their events. */
const REFUSALS = [
  'authorization.error',
  'code_verification.error',
  'device_authorization.error',
  'device_resume.error',
  'end_session.error',
  'end_session_confirm.error',
  'grant.error',
  'introspection.error',
  'pushed_authorization_request.error',
  'revocation.error',
  'userinfo.error',
] as const;

/** What goes on around every request of the protocol: limits on guessing, a goodbye, the log. */
export function watchRequests(provider: Provider, context: AuthContext): void {
  provider.use(async (ctx, next) => {
    const visit = visitOf(ctx.req);
    try {
      if (ctx.method === 'POST' && ctx.path === ROUTES.code_verification)
        await context.limits.count('userCode', visit.clientAddress);
      await next();
      if (isUnknownClient(ctx)) await context.limits.count('unknownClient', visit.clientAddress);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuse(ctx, error);
      return;
    }
    sayGoodbye(ctx as KoaContextWithOIDC);
  });
  for (const event of REFUSALS) provider.on(event as 'grant.error', note);
  provider.on('server_error', (ctx, error) => {
    const { log, requestId, trace } = visitOf(ctx.req);
    log.error({ error, request_id: requestId, trace_id: trace.traceId }, 'cause');
  });
  provider.on('backchannel.error', (ctx, error, client) => {
    const { log, requestId } = visitOf(ctx.req);
    log.warn(
      { error, client_id: client.clientId, request_id: requestId },
      'a client was not told of a sign-out',
    );
  });
  // What Koa would write to standard error.
  (provider as Koa).on('error', (error, ctx) => visitOf(ctx.req).log.error({ error }, 'cause'));
}

/** What of Koa is not in the types of the library. */
interface Koa {
  on(event: 'error', listener: (error: unknown, ctx: KoaContextWithOIDC) => void): void;
}

function note(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): void {
  const visit = visitOf(ctx.req);
  const { error: code, error_detail: detail, error_description: description } = error;
  visit.reason = [code, detail ?? description].filter(Boolean).join(': ');
}

function isUnknownClient({ status, body }: { readonly status: number; readonly body: unknown }): boolean {
  return status === 401 && (body as { error?: string } | undefined)?.error === 'invalid_client';
}

/** People read a page, clients an error that OAuth has no better word for. */
function refuse(ctx: Parameters<Parameters<Provider['use']>[0]>[0], error: AppError): void {
  const visit = visitOf(ctx.req);
  visit.reason = error.reason;
  const { status, page } = failurePage(error, visit.requestId);
  setRetryAfter(visit, error);
  if (ctx.accepts('json', 'html') === 'html') return showPage(ctx, page, { status });
  ctx.status = status;
  ctx.body = { error: 'temporarily_unavailable', error_description: error.message };
}

/** Whoever was not signed in and signs out by a client is told so without a script. */
function sayGoodbye(ctx: KoaContextWithOIDC): void {
  const { oidc, status } = ctx;
  if (oidc?.route === 'end_session' && status === 200 && !oidc.session?.accountId) showGoodbye(ctx);
}

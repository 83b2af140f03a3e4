import { errors, type default as Provider } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { visitOf } from '../web/visit.js';

/**
 * Has a device that asks too soon whether somebody has connected it told to slow down, instead of that it has to go on
 * asking (RFC 8628, section 3.5). The library leaves that to others.
 */
export function slowDown(provider: Provider, { artifacts }: AuthContext): void {
  provider.use(async (ctx, next) => {
    await next();
    if (!isPending(ctx.body)) return;
    const code = String(ctx.oidc.params?.['device_code']);
    if (await artifacts.poll('DeviceCode', code)) return;
    const { error, error_description } = new errors.SlowDown();
    ctx.body = { error, error_description };
    visitOf(ctx.req).reason = error;
  });
}

function isPending(body: unknown): boolean {
  return (body as { error?: string } | undefined)?.error === 'authorization_pending';
}

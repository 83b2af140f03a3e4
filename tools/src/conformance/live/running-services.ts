import type { AttackCase } from '../corpus.js';
import type { BuildAccessToken, Fields, LiveSystem, NotApplicable, Observation } from '../live-system.js';
import { httpStatusOf } from './http-request.js';
import { callRawGrpc } from './raw-grpc.js';
import { sceneOf } from './scenes.js';
import { callUnary, LIST_USERS, type Stage } from './stage.js';

/** Asks what ListUsers asks, and takes a body. */
const FORM_ROUTE = '/v1/accounts/me:changePassword';

/** The features that cases are about and the system does not have, by the group or ID of the case. */
const LACKING: readonly (readonly [RegExp, string])[] = [[/^sta-tenant/, 'there are no tenants']];

/** The running services of a live system, asked by an ordinary client, over bare HTTP/2 and at the gateway. */
export class RunningServices implements LiveSystem {
  /** @param begun ends what was started */
  constructor(
    private readonly stage: Stage,
    private readonly begun: AsyncDisposable,
  ) {}

  callWithMetadata(metadata: Fields): Promise<string> {
    return callUnary(this.stage.clients.users, LIST_USERS.path, metadata);
  }

  callRaw(headers: Fields, trailers: Fields): Promise<string> {
    return callRawGrpc(`127.0.0.1:${this.stage.ports.users}`, LIST_USERS.path, headers, trailers);
  }

  request({ headers, query = {}, form }: Parameters<LiveSystem['request']>[0]): Promise<number> {
    const url = new URL(this.stage.gateway + (form === undefined ? LIST_USERS.route : FORM_ROUTE));
    url.search = new URLSearchParams(query).toString();
    if (form === undefined) return httpStatusOf(url.href, 'GET', headers, undefined);
    const fields: Fields = [...headers, ['content-type', 'application/x-www-form-urlencoded']];
    return httpStatusOf(url.href, 'POST', fields, new URLSearchParams(form).toString());
  }

  async play(attackCase: AttackCase, build: BuildAccessToken): Promise<Observation | NotApplicable> {
    const scene = sceneOf(attackCase);
    if (scene) return scene(this.stage, build);
    const lacking = LACKING.find(([pattern]) => pattern.test(attackCase.id))?.[1];
    return { notApplicable: lacking ?? 'the running system does not have the feature' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.begun[Symbol.asyncDispose]();
  }
}

import { AppError } from '@gatehouse/errors';
import { status } from '@grpc/grpc-js';
import type { Json } from '../../client/json.js';
import { restRequest } from '../../client/rest-request.js';
import { SeededRandom } from '../random.js';
import { isIdempotent, routeOf } from './contract-call.js';
import { GrpcCaller, type GrpcAddresses } from './grpc-caller.js';
import { openLoad, type Sent } from './open-load.js';
import { firstCalls, planCall, type PlannedCall, type Planning } from './plan-call.js';
import { readBack, type ReadBack } from './read-back.js';
import { RestCaller } from './rest-caller.js';
import { UserOfLoad, type Account } from './user-of-load.js';
import { Written } from './written.js';

/** Who loads what, and how. */
export interface MixedLoadOptions {
  /** Base URLs of the gateways. */
  readonly gateways: readonly string[];
  /** Where those who use access tokens call services directly; over REST alone unless given. */
  readonly grpc?: GrpcAddresses;
  readonly accounts: readonly Account[];
  /** How old an access token becomes before a new one is asked for, in milliseconds. */
  readonly renewAfterMs: number;
  /** Whether somebody's requests keep going to the gateway that answered them last. */
  readonly sticky: boolean;
  readonly seed: number;
}

/** What became of one call. */
export interface CallOutcome {
  /** The name of the RPC. */
  readonly rpc: string;
  readonly face: 'REST' | 'gRPC';
  /** By the contract. */
  readonly idempotent: boolean;
  /** The name of the gRPC code; `NO_ANSWER` when none came. */
  readonly code: string;
  readonly reason: string;
  /** How often the program sent it, over REST; what gRPC sends again it does not tell. */
  readonly attempts: number;
}

/** How fast and how long. */
export interface Pace {
  readonly perSecond: number;
  readonly forMs: number;
}

/** What a load has found. */
export interface LoadResult extends ReadBack {
  readonly sent: readonly Sent<CallOutcome>[];
  /** When people were thrown out though nobody ended what they showed, by the machine's monotonic clock. */
  readonly thrownOutMs: readonly number[];
  readonly people: number;
  /** Acknowledged writes. */
  readonly acknowledged: number;
  /** CPU time of the generator itself, in seconds. */
  readonly ownCpuSeconds: number;
}

/** Of the calls of those who use access tokens, how many in a hundred go over gRPC. */
const OVER_GRPC = 70;

/** People who read and write over both faces, with every kind of credential. Seven calls of ten read. */
export class MixedLoad implements Disposable {
  readonly #rest: RestCaller;
  readonly #grpc: GrpcCaller | undefined;
  readonly #users: readonly UserOfLoad[];
  readonly #planning: Planning;
  readonly #end = new AbortController();
  /** How many calls have ended. */
  count = 0;

  constructor(options: MixedLoadOptions) {
    const { gateways, grpc, accounts, seed } = options;
    const rest = new RestCaller(gateways);
    this.#rest = rest;
    this.#grpc = grpc && new GrpcCaller(grpc);
    this.#users = accounts.map((account) => new UserOfLoad(account, { ...options, rest }));
    const everybody = accounts.map(({ subject }) => subject);
    this.#planning = { written: new Written(), random: new SeededRandom(seed), everybody };
  }

  /** Signs everybody in and gives them something to work with. @throws Error when a call fails */
  async prepare(): Promise<void> {
    const { written } = this.#planning;
    for (const user of this.#users) {
      const { subject } = user.account;
      written.add({ kind: 'profile', id: subject, owner: subject, acknowledged: '' });
      for (const planned of firstCalls(this.#planning, subject)) {
        const { code, reason } = await this.#call(user, planned);
        if (code !== 'OK') throw new Error(`${planned.method.name}: ${code} ${reason}`);
      }
    }
  }

  /** Loads for as long as told, or until {@link end}, and reads back what it wrote. */
  async run({ perSecond, forMs }: Pace): Promise<LoadResult> {
    const before = process.cpuUsage();
    const { written, random } = this.#planning;
    const sent = await openLoad({
      perSecond,
      forMs,
      signal: this.#end.signal,
      send: () => {
        const user = random.choose(this.#users);
        return this.#call(user, planCall(this.#planning, user.account));
      },
      onSent: () => void this.count++,
    });
    const { user, system } = process.cpuUsage(before);
    return {
      sent,
      ...(await readBack(written, this.#users, this.#rest)),
      thrownOutMs: this.#users.flatMap(({ thrownOutMs }) => thrownOutMs).sort((one, other) => one - other),
      people: this.#users.length,
      acknowledged: written.acknowledged,
      ownCpuSeconds: (user + system) / 1e6,
    };
  }

  /** Sends nothing more. */
  end(): void {
    this.#end.abort();
  }

  [Symbol.dispose](): void {
    this.#rest[Symbol.dispose]();
    this.#grpc?.[Symbol.dispose]();
  }

  async #call(user: UserOfLoad, planned: PlannedCall): Promise<CallOutcome> {
    const overGrpc =
      this.#grpc !== undefined &&
      user.account.uses === 'access token' &&
      this.#planning.random.between(1, 100) <= OVER_GRPC;
    const credential = await user.credential();
    const ended = overGrpc
      ? await overGrpcFace(this.#grpc, planned, credential.secret)
      : await this.#overRest(user, planned, credential);
    const { code, reason, attempts, reply } = ended;
    planned.settle(reply);
    if (code === 'UNAUTHENTICATED') user.refused(credential);
    const { method } = planned;
    const face = overGrpc ? 'gRPC' : 'REST';
    return { rpc: method.name, face, idempotent: isIdempotent(method), code, reason, attempts };
  }

  async #overRest(
    user: UserOfLoad,
    { method, request }: PlannedCall,
    credential: Awaited<ReturnType<UserOfLoad['credential']>>,
  ): Promise<Ended> {
    const { gateway } = user;
    const resend = isIdempotent(method);
    const asked = restRequest(routeOf(method), request);
    const answer = await this.#rest.send(asked, { credential, resend, gateway });
    const { body, attempts } = answer;
    if (answer.status === 0) return { code: 'NO_ANSWER', reason: '', attempts, reply: undefined };
    user.answeredBy(answer.gateway);
    if (answer.status === 200) return { code: 'OK', reason: '', attempts, reply: body };
    const { code = `HTTP_${answer.status}`, reason = '' } = body;
    return { code: String(code), reason: String(reason), attempts, reply: undefined };
  }
}

interface Ended extends Pick<CallOutcome, 'code' | 'reason' | 'attempts'> {
  /** Undefined for a failure. */
  readonly reply: Json | undefined;
}

async function overGrpcFace(grpc: GrpcCaller, planned: PlannedCall, accessToken: string): Promise<Ended> {
  try {
    return { code: 'OK', reason: '', attempts: 1, reply: await grpc.call(planned, accessToken) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: status[error.code], reason: error.reason, attempts: 1, reply: undefined };
  }
}

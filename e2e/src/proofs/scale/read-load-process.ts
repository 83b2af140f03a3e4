// Reads one resource, in a process of its own, and says how it went.
import { GrpcCaller } from '../load/grpc-caller.js';
import { methodOf, routeOf } from '../load/contract-call.js';
import { openLoad } from '../load/open-load.js';
import { RestCaller } from '../load/rest-caller.js';
import { restRequest } from '../../client/rest-request.js';
import type { ReadLoad, ReadLoadResult } from './read-load.js';

/** More than any replica answers, so that there is always a call that waits for its turn. */
const PER_SECOND = 100_000;

process.on('disconnect', () => process.exit());
const load = JSON.parse(process.argv[2] ?? '{}') as ReadLoad;
const { face, addresses, accessToken, id, calls, perSecond = PER_SECOND, atOnce } = load;
const method = methodOf('gatehouse.resources.v1.ResourceService', 'GetResource');
const send = face === 'REST' ? overRest() : overGrpc();

function overRest(): () => Promise<void> {
  const rest = new RestCaller(addresses);
  const asked = restRequest(routeOf(method), { id });
  return async () => {
    const credential = { kind: 'access token', secret: accessToken } as const;
    const { status } = await rest.send(asked, { credential, resend: false });
    if (status !== 200) throw new Error(`a read was answered ${status}`);
  };
}

function overGrpc(): () => Promise<void> {
  const grpc = new GrpcCaller({ users: addresses, resources: addresses });
  return async () => void (await grpc.call({ method, request: { id } }, accessToken));
}

const sent = await openLoad({
  perSecond,
  forMs: (1_000 * calls) / perSecond,
  send,
  maxOutstanding: atOnce,
});
const beganMs = sent[0]?.startMs ?? NaN;
const endedMs = Math.max(...sent.map(({ endMs }) => endMs));
const result: ReadLoadResult = { calls: sent.length, seconds: (endedMs - beganMs) / 1_000 };
process.send?.(result);

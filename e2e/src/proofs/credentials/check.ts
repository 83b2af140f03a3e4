import type { Operation } from '../history.js';

/** What the audit trail says of one call. */
export interface AuditedCall {
  readonly requestId: string;
  readonly action: string;
  readonly outcome: string;
}

/** What a history is judged by. */
export interface Evidence {
  readonly operations: readonly Operation[];
  readonly recorded: readonly AuditedCall[];
  /** The actions that leave an audit event. */
  readonly audited: ReadonlySet<string>;
  /** How long after its acknowledgement an end may take to be enforced everywhere, in milliseconds. */
  readonly boundMs: number;
}

/** What a history shows to be broken, by the promise that it breaks. */
export interface Faults {
  /** Acknowledged, and no audit event says so. */
  readonly unrecorded: readonly string[];
  /** A single-use thing that succeeded in two ways. */
  readonly usedTwice: readonly string[];
  /** A success that began after the end was acknowledged and the bound had passed. */
  readonly outlived: readonly string[];
  /** Something good that was called bad. */
  readonly refused: readonly string[];
}

/** Calls that end what they show: a list of secrets, separated by spaces. */
const ENDS = new Set([
  'EndSession',
  'RevokeApiKey',
  'Logout',
  'ChangePassword',
  'RevokeToken',
  'Revoke',
  'SuspendAccount',
  'WithdrawRole',
]);

/** Calls that are made to see whether what they show is good. */
const SHOWS = new Set(['GetAccount', 'GetProfile', 'ListResources']);

/** Calls that show what is good for one successor. */
const SINGLE_USE = new Set(['Refresh', 'RotateApiKey']);

/** Judges a history. */
export function faultsOf({ operations, recorded, audited, boundMs }: Evidence): Faults {
  const ok = new Set(recorded.filter(({ outcome }) => outcome === 'OK').map(keyOf));
  const good = operations.filter(({ status }) => status === 200);
  const ends = endsOf(operations);
  const name = ({ action, requestId, status, reason, actor, start }: Operation) =>
    `${action} ${requestId} ${status} ${reason} at ${Math.round(start)} ms of ${actor}`;
  return {
    unrecorded: good.filter((one) => audited.has(one.action) && !ok.has(keyOf(one))).map(name),
    usedTwice: usedTwice(good),
    outlived: operations.filter((one) => survivalMs(one, ends) > boundMs).map(name),
    refused: operations
      .filter(({ action, shown, status, end }) => {
        if (status !== 401 && status !== 403) return false;
        const begun = SHOWS.has(action) ? ends.get(shown ?? '')?.begun : undefined;
        return begun === undefined || begun > end;
      })
      .map(name),
  };
}

/**
 * The longest time from the acknowledgement of an end to the beginning of a call that was let through all the same.
 *
 * @returns milliseconds; 0 for none
 */
export function longestSurvivalMs(operations: readonly Operation[]): number {
  const ends = endsOf(operations);
  return Math.max(0, ...operations.map((one) => survivalMs(one, ends)));
}

/** How long after its acknowledged end what the call shows was let through; negative when it may be good. */
function survivalMs({ action, shown, start, status }: Operation, ends: Ends): number {
  // What is not there is not found by those who may look alone.
  const isAdmitted = status === 200 || status === 404;
  const acknowledged = SHOWS.has(action) && isAdmitted ? ends.get(shown ?? '')?.acknowledged : undefined;
  return acknowledged === undefined ? -Infinity : start - acknowledged;
}

type Ends = ReadonlyMap<string, { readonly begun: number; readonly acknowledged: number | undefined }>;

/** When each secret was asked to end, and when that was acknowledged. */
function endsOf(operations: readonly Operation[]): Ends {
  const ends = new Map<string, { begun: number; acknowledged: number | undefined }>();
  for (const { action, shown, start, end, status } of operations) {
    if (!ENDS.has(action) || shown === undefined) continue;
    const acknowledged = status === 200 ? end : undefined;
    for (const secret of shown.split(' ')) ends.set(secret, { begun: start, acknowledged });
  }
  return ends;
}

/** Each thing that is good once has one successor, and no two things have the same. */
function usedTwice(good: readonly Operation[]): string[] {
  const successors = new Map<string, string>();
  const origins = new Map<string, string>();
  return good.flatMap(({ action, shown, got, requestId }) => {
    if (!SINGLE_USE.has(action) || shown === undefined || got === undefined) return [];
    const isFirst = !successors.has(shown);
    const other = successors.get(shown) ?? got;
    const origin = origins.get(got) ?? shown;
    successors.set(shown, other);
    origins.set(got, origin);
    const again = action === 'RotateApiKey' && !isFirst;
    return other !== got || origin !== shown || again ? [`${action} ${requestId}`] : [];
  });
}

function keyOf({ action, requestId }: Pick<AuditedCall, 'action' | 'requestId'>): string {
  return `${action} ${requestId}`;
}

import type { Operation } from '../history.js';

/** What the audit trail says of one call. */
export interface Recorded {
  readonly requestId: string;
  readonly action: string;
  readonly outcome: string;
}

/** What a history is judged by. */
export interface Evidence {
  readonly operations: readonly Operation[];
  readonly recorded: readonly Recorded[];
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
const ENDS = new Set(['EndSession', 'RevokeApiKey', 'Logout', 'ChangePassword']);

/** Calls that show what is good for one successor. */
const SINGLE_USE = new Set(['Refresh', 'RotateApiKey']);

/** Judges a history. */
export function faultsOf({ operations, recorded, audited, boundMs }: Evidence): Faults {
  const ok = new Set(recorded.filter(({ outcome }) => outcome === 'OK').map(keyOf));
  const good = operations.filter(({ status }) => status === 200);
  const ends = endsOf(operations);
  const name = ({ action, requestId, status, reason }: Operation) =>
    `${action} ${requestId} ${status} ${reason}`;
  return {
    unrecorded: good.filter((one) => audited.has(one.action) && !ok.has(keyOf(one))).map(name),
    usedTwice: usedTwice(good),
    outlived: good
      .filter(({ action, shown, start }) => {
        const end = action === 'GetAccount' ? ends.get(shown ?? '') : undefined;
        return end?.acknowledged !== undefined && start > end.acknowledged + boundMs;
      })
      .map(name),
    refused: operations
      .filter(({ action, shown, status, end }) => {
        if (status !== 401 && status !== 403) return false;
        const begun = action === 'GetAccount' ? ends.get(shown ?? '')?.begun : undefined;
        return begun === undefined || begun > end;
      })
      .map(name),
  };
}

/** When each secret was asked to end, and when that was acknowledged. */
function endsOf(operations: readonly Operation[]) {
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

function keyOf({ action, requestId }: Pick<Recorded, 'action' | 'requestId'>): string {
  return `${action} ${requestId}`;
}

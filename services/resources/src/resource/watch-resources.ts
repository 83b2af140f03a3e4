import {
  ResourceChange,
  type WatchResourcesRequest,
  type WatchResourcesResponse,
} from '@gatehouse/contracts/resources';
import type { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { resourcesReasons } from '../reasons.js';
import { reachOf, type Reach } from './reach.js';
import type { ResourceContext } from './resource-context.js';
import { EMPTY_RESOURCE, toResource } from './to-resource.js';
import type { ChangeRow, SharedResource } from './resource-change.store.js';

/** Changes that may wait for a watcher who reads slowly, and characters of their contents: 8 MiB at most. */
const MAX_WAITING = 1_000;
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;

/**
 * Tells of changes for as long as the call lasts; its end is the guard's and the caller's business.
 *
 * @throws AppError WATCH_TOO_SLOW when the watcher does not keep up, WATCH_INTERRUPTED when changes may have been
 *   missed, DATABASE_UNAVAILABLE
 */
export async function* watchResources(
  { changes }: ResourceContext,
  _request: WatchResourcesRequest,
  { principal, signal }: Call,
): AsyncGenerator<WatchResourcesResponse> {
  const reach = reachOf(principal);
  const waiting: WatchResourcesResponse[] = [];
  let length = 0;
  let broken: AppError | undefined;
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake());
  // Whoever does not read is told when they do: nothing is kept for them until then.
  const breakOff = (error: AppError) => {
    broken ??= error;
    waiting.length = 0;
    wake();
  };
  const end = await changes.watch({
    tell: (change, resource) => {
      const message = messageFor(reach, change, resource);
      if (!message || broken) return;
      waiting.push(message);
      length += lengthOf(message);
      if (waiting.length > MAX_WAITING || length > MAX_WAITING_LENGTH)
        breakOff(resourcesReasons.WATCH_TOO_SLOW());
      wake();
    },
    interrupt: () => breakOff(resourcesReasons.WATCH_INTERRUPTED()),
  });
  try {
    yield { change: ResourceChange.BEGUN, resource: undefined };
    while (!signal.aborted) {
      if (broken) throw broken;
      const next = waiting.shift();
      if (next) {
        length -= lengthOf(next);
        yield next;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    end();
  }
}

function lengthOf({ resource }: WatchResourcesResponse): number {
  return resource?.content.length ?? 0;
}

/** What a principal is told of a change; undefined when it is none of theirs. */
export function messageFor(
  { subject, all }: Reach,
  { resourceId, concerned, toAllWhoSee, seenByAll }: ChangeRow,
  resource: SharedResource | undefined,
): WatchResourcesResponse | undefined {
  const isConcerned = concerned.includes(subject);
  const sees =
    resource !== undefined &&
    (all ||
      resource.owner === subject ||
      resource.visibility === 'internal' ||
      resource.sharedWith.includes(subject));
  if (sees) {
    if (!toAllWhoSee && !isConcerned) return undefined;
    return { change: ResourceChange.PUT, resource: toResource(resource) };
  }
  const saw = isConcerned || seenByAll || (all && resource === undefined && toAllWhoSee);
  if (!saw) return undefined;
  return { change: ResourceChange.REMOVED, resource: { ...EMPTY_RESOURCE, id: resourceId } };
}

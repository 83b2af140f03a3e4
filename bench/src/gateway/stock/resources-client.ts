import type { Metadata } from '@grpc/grpc-js';
import type { Observable } from 'rxjs';

/** Names the client of the package. */
export const RESOURCES = 'RESOURCES';

/** A time as proto-loader has it. */
interface LoadedTime {
  readonly seconds: string;
  readonly nanos: number;
}

/** A resource as proto-loader has it: a descriptor set has the names of the contract alone. */
export interface LoadedResource {
  readonly create_time: LoadedTime;
  readonly update_time: LoadedTime;
  readonly [field: string]: unknown;
}

/** The methods of the client that Nest makes of the package. */
export interface ResourcesClient {
  getResource(request: { id: string }, metadata: Metadata): Observable<{ resource: LoadedResource }>;
  listResources(
    request: { page_size: number },
    metadata: Metadata,
  ): Observable<{ resources: LoadedResource[]; next_page_token: string }>;
}

/** A resource as clients of the API want it. */
export function toResourceDto({ create_time, update_time, ...resource }: LoadedResource) {
  return { ...resource, createTime: toDate(create_time), updateTime: toDate(update_time) };
}

function toDate({ seconds, nanos }: LoadedTime): Date {
  return new Date(Number(seconds) * 1_000 + nanos / 1_000_000);
}

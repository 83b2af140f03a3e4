import type { DescField } from '@bufbuild/protobuf';
import type { Route } from '@gatehouse/transcoding';

const MIB = 1024 * 1024;

/** The largest JSON body, in bytes: parsing one blocks everyone else for milliseconds. */
export const MAX_JSON_BYTES = MIB;
/** The largest body that becomes one google.api.HttpBody: a gRPC message of 4 MiB, less its other fields. */
const MAX_RAW_BYTES = 4 * MIB - 64 * 1024;
/** The most bytes of a body that becomes many messages, none of which is held for long. */
const MAX_STREAM_BYTES = 64 * MIB;
/** The largest limit that a single message can be given. */
export const MAX_MESSAGE_BYTES = MAX_RAW_BYTES;

/** How large the body of each route may be: by what becomes of it, unless the setting names its RPC. */
export class BodyLimits {
  readonly #own: ReadonlyMap<string, number>;

  /**
   * @param own bytes by RPC: `package.Service.Method`
   * @throws Error for an RPC that has no route, and for a single message above what gRPC carries
   */
  constructor(routes: readonly Route[], own: ReadonlyMap<string, number> = new Map()) {
    this.#own = own;
    for (const [name, bytes] of own) {
      const route = routes.find(({ rpcName }) => rpcName === name);
      if (!route) throw new Error(`BODY_LIMITS: ${name} has no route`);
      if (bytes > MAX_MESSAGE_BYTES && !isUploadStream(route)) {
        throw new Error(`BODY_LIMITS: ${name} takes one message, of up to ${MAX_MESSAGE_BYTES} bytes`);
      }
    }
  }

  /** Bytes of the whole body. */
  of(route: Route): number {
    const own = this.#own.get(route.rpcName);
    if (own !== undefined) return own;
    if (isUploadStream(route)) return MAX_STREAM_BYTES;
    return isRawBody(route) ? MAX_RAW_BYTES : MAX_JSON_BYTES;
  }
}

/** Whether the body becomes a google.api.HttpBody: bytes of any type, which nobody parses. */
export function isRawBody({ body, rpc }: Route): boolean {
  if (body.kind === 'none') return false;
  const message = body.kind === 'message' ? rpc.input : (body.fields.at(-1) as DescField).message;
  return message?.typeName === 'google.api.HttpBody';
}

function isUploadStream({ rpc }: Route): boolean {
  return rpc.methodKind === 'client_streaming';
}

import {
  httpBodyOf,
  isHttpBodyResponse,
  streamFormatOf,
  streamFramer,
  type Problem,
  type ResponseEncoder,
  type Route,
} from '@gatehouse/transcoding';
import { gatewayReasons } from '../reasons.js';

/** How one stream of replies becomes a body. */
export interface StreamForm {
  /** What the first message says of the type of the body. */
  contentType(first: Uint8Array | undefined): string;
  /** The part of the body that a message becomes. */
  part(message: Uint8Array): string | Uint8Array;
  /** What keeps an idle connection open; empty for nothing. */
  heartbeat(): string;
  /** The last part of a stream that came to its end. */
  end(): string;
  /** The last part of a stream that failed; undefined where it can only be cut short. */
  failure(problem: Problem): string | undefined;
}

/**
 * The form of a stream: the bytes of a google.api.HttpBody as they are, or JSON as `Accept` wants it.
 *
 * @throws AppError NOT_ACCEPTABLE
 */
export function streamFormOf(route: Route, accept: string | undefined, encoder: ResponseEncoder): StreamForm {
  if (isHttpBodyResponse(route)) return rawForm(route);
  const format = streamFormatOf(accept);
  if (format === undefined) throw gatewayReasons.NOT_ACCEPTABLE();
  const framer = streamFramer(format);
  return {
    contentType: () => framer.contentType,
    part: (message) => framer.message(encoder.encodeJson(route, message).toString()),
    heartbeat: () => framer.heartbeat(),
    end: () => framer.end(),
    failure: (problem) => framer.error(problem),
  };
}

/** Whoever reads a body of raw bytes learns of a failure only from the missing end of the chunked coding. */
function rawForm(route: Route): StreamForm {
  const read = (message: Uint8Array) => httpBodyOf(route, message);
  return {
    contentType: (first) => (first && read(first)?.contentType) ?? 'application/octet-stream',
    part: (message) => read(message)?.body ?? '',
    heartbeat: () => '',
    end: () => '',
    failure: () => undefined,
  };
}

import { TranscodingError } from '../transcoding-error.js';
import { Code } from './status.js';

/**
 * Checks that an upstream answers in gRPC, before anything else of its answer is believed.
 *
 * @throws TranscodingError UPSTREAM_NOT_GRPC (502)
 */
export function requireGrpcResponse(httpStatus: number, contentType: string | undefined): void {
  if (httpStatus === 200 && /^application\/grpc(?:\+proto)?(?:;|$)/.test(contentType ?? '')) return;
  throw new TranscodingError({
    httpStatus: 502,
    code: Code.UNAVAILABLE,
    reason: 'UPSTREAM_NOT_GRPC',
    message: 'the upstream does not speak gRPC',
  });
}

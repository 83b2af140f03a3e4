import { AppError, PLATFORM_DOMAIN, platformReasons, toAppError } from '@gatehouse/errors';
import { TranscodingError } from '@gatehouse/transcoding';
import { GATEWAY_DOMAIN } from '../reasons.js';

/** Whatever was thrown while a call was served, as its caller may see it: the reasons are those of REST. */
export function toCallFailure(thrown: unknown): AppError {
  if (!(thrown instanceof TranscodingError)) return toAppError(thrown);
  const { code, reason, message, violations } = thrown;
  // What breaks a field is called the same, whether the gateway notices or the service.
  const domain = reason in platformReasons ? PLATFORM_DOMAIN : GATEWAY_DOMAIN;
  return new AppError({ code, reason, domain, message, violations, cause: thrown });
}

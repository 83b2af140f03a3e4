export { AppError, PLATFORM_DOMAIN, type AppErrorInit, type FieldViolation } from './app-error.js';
export { defineReasons, type Reason, type ReasonDetails, type ReasonSpec } from './reasons.js';
export { platformReasons } from './platform-reasons.js';
export { fromServiceError, toAppError, toStatusObject } from './wire.js';

export { badRequest, TranscodingError, type FieldViolation } from './transcoding-error.js';

export { compileRoutes, registryFromDescriptorSet, type CompileOptions } from './routes/compile-routes.js';
export {
  ContractError,
  type ContractFault,
  type ContractFaultReason,
  type TolerableFault,
} from './routes/contract-fault.js';
export type {
  MultiSegmentDecoding,
  Route,
  RouteBody,
  RouteOptions,
  RouteTable,
  RouteVariable,
} from './routes/route.js';
export { parseTemplate } from './routes/parse-template.js';
export { TemplateError, type Segment, type Template, type TemplateVariable } from './routes/template.js';
export { accessTable, type AccessOf, type AccessRow, type AccessRule } from './routes/access-table.js';

export { Router, type RouteMatch } from './router/router.js';

export { createCodec, type Codec, type DecodeOptions } from './json/codec.js';
export { DEFAULT_PRINT, type PrintOptions } from './json/print-options.js';

export { RequestDecoder } from './request/request-decoder.js';
export type { RequestParts } from './request/request-parts.js';
export { bodyFieldMask } from './request/body-field-mask.js';

export {
  httpBodyOf,
  isHttpBodyResponse,
  ResponseEncoder,
  type EncodedResponse,
} from './response/response-encoder.js';

export { Code, codeName, httpStatusOf } from './http/status.js';
export { etagHeader, etagOfIfMatch, matchesIfNoneMatch, requireIfMatch } from './http/etag.js';
export {
  PROBLEM_CONTENT_TYPE,
  problemOfError,
  problemOfStatus,
  type GrpcFailure,
  type Problem,
  type ProblemContext,
  type ProblemResponse,
} from './http/problem.js';
export { readStatusDetails, type StatusDetails } from './http/status-details.js';
export { callTimeoutMs, formatGrpcTimeout, parseGrpcTimeout, parseTimeoutSeconds } from './http/timeout.js';
export {
  forwardedFor,
  headersOfMetadata,
  metadataOfHeaders,
  type HeaderMap,
  type MetadataPolicy,
} from './http/metadata.js';
export {
  corsMethods,
  originHeaders,
  preflightHeaders,
  type CorsPolicy,
  type Preflight,
} from './http/cors.js';

export { openApi } from './openapi/openapi.js';
export type { DocumentedError, JsonObject, OpenApiOptions } from './openapi/openapi-options.js';

export {
  streamFormatOf,
  streamFramer,
  type StreamFormat,
  type StreamFramer,
} from './stream/stream-format.js';
export { JsonSplitter } from './stream/json-splitter.js';
export { isJsonContentType, isJsonStreamContentType } from './http/content-type.js';
export { parseQuery, MAX_PARAMETERS, type QueryParameter } from './request/query-string.js';
export { requireGrpcResponse } from './http/upstream.js';

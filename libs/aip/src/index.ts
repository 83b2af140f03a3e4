export { etagOf, versionOf } from './etag.js';
export { rowSubject } from './subject.js';
export { outputOnlyFields } from './output-only.js';
export { isUuid } from './uuid.js';
export { readUpdateMask } from './update-mask.js';

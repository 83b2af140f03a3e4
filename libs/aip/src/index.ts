export { etagOf, versionOf } from './etag.js';
export { rowSubject } from './subject.js';
export { isUuid } from './uuid.js';
export { readUpdateMask } from './update-mask.js';

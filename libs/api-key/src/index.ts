export { API_KEY_LENGTH, API_KEY_SECRET_BYTES, formatApiKey, parseApiKey } from './api-key-text.js';
export type { ApiKeyEnvironment, ApiKeyText } from './api-key-text.js';

export { AccessGuard } from './access-guard.js';
export { ACCESS_TOKEN_STRATEGY, AccessTokenStrategy } from './access-token-strategy.js';
export { AccessTokens, type AccessTokensOptions } from './access-tokens.js';
export { bearerOf } from './bearer.js';
export { GuardModule } from './guard-module.js';
export { issuerKeys, type IssuerKeys } from './issuer-keys.js';

export { AccessGuard, type OnRefusal } from './access-guard.js';
export { ACCESS_TOKEN_STRATEGY, AccessTokenStrategy } from './access-token-strategy.js';
export { AccessTokens, type AccessTokensOptions } from './access-tokens.js';
export { bearerOf } from './bearer.js';
export { GuardModule, type GuardOptions } from './guard-module.js';
export { issuerKeys, type IssuerKeys } from './issuer-keys.js';
export { OwnAccessToken, type HeldAccessToken, type IssuedAccessToken } from './own-access-token.js';
export { ServiceIdentity, type ServiceIdentityOptions } from './service-identity.js';

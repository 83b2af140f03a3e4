import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Binding, Claims } from '@gatehouse/tokens';
import { Strategy } from 'passport-jwt';
import { AccessTokens } from './access-tokens.js';

/** The name under which Passport knows the strategy. */
export const ACCESS_TOKEN_STRATEGY = 'access-token';

/** What the guard hands to Passport in place of an HTTP request. */
export interface StrategyRequest {
  /** The access token, without its scheme. */
  readonly accessToken: string;
  /** What it has to be bound to. */
  readonly binding: Binding;
}

/**
 * Passport's strategy for access tokens in gRPC metadata, on a cache miss.
 *
 * Two implementations must agree on a signature before it is trusted:
 * passport-jwt, with the key that our strict reading of the header chose, and
 * then our verifier, which decides text, claims and clock as well. The second
 * check costs some 80 microseconds, once per access token and replica.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, ACCESS_TOKEN_STRATEGY) {
  constructor(private readonly tokens: AccessTokens) {
    super({
      jwtFromRequest: (request: unknown) => (request as StrategyRequest).accessToken,
      secretOrKeyProvider: (
        _request: unknown,
        accessToken: string,
        done: (error: unknown, key?: never) => void,
      ) => {
        tokens.keyOf(accessToken).then((key) => done(null, key as never), done);
      },
      algorithms: ['ES256'],
      // `validate` decides on the clock, with its own skew and reason.
      ignoreExpiration: true,
      jsonWebTokenOptions: { ignoreNotBefore: true },
      passReqToCallback: true,
    });
  }

  /** Called by passport-jwt once the signature holds: the claims as our verifier read them. */
  validate(request: StrategyRequest): Promise<Claims> {
    return this.tokens.verify(request.accessToken, request.binding);
  }
}

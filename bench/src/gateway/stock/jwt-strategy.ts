import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { API_AUDIENCE, ISSUER } from '../../guard/issuer.js';

/** The caller as the strategy leaves it on the request. */
export interface JwtUser {
  readonly subject: string;
  readonly scope: readonly string[];
}

/** The strategy of Nest's documentation, with a public key in PEM. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(pem: string) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: pem,
      algorithms: ['ES256'],
      issuer: ISSUER,
      audience: API_AUDIENCE,
    });
  }

  validate({ sub, scope }: { sub: string; scope: string }): JwtUser {
    return { subject: sub, scope: scope.split(' ') };
  }
}

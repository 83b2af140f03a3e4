import type { Metadata } from '@grpc/grpc-js';
import { Injectable, Module, type DynamicModule, type ExecutionContext } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { API_AUDIENCE, ISSUER } from './issuer.js';

/** The strategy of Nest's documentation, with a public key in PEM. */
@Injectable()
class StockStrategy extends PassportStrategy(Strategy) {
  constructor(pem: string) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: pem,
      algorithms: ['ES256'],
      issuer: ISSUER,
      audience: API_AUDIENCE,
    });
  }

  validate({ sub, scope }: { sub: string; scope: string }) {
    return { sub, scope };
  }
}

/** `AuthGuard('jwt')` with the one thing that gRPC needs of it: metadata in place of headers. */
@Injectable()
export class StockGuard extends AuthGuard('jwt') {
  override getRequest(context: ExecutionContext) {
    const [authorization] = context.switchToRpc().getContext<Metadata>().get('authorization');
    return { headers: { authorization } };
  }
}

/** What a service would import to be guarded the usual way. */
@Module({})
export class StockGuardModule {
  static register(pem: string): DynamicModule {
    return {
      module: StockGuardModule,
      imports: [PassportModule],
      providers: [{ provide: StockStrategy, useFactory: () => new StockStrategy(pem) }, StockGuard],
      exports: [StockGuard],
    };
  }
}

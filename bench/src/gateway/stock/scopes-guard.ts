import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { JwtUser } from './jwt-strategy.js';

/** What a handler asks for. */
export const Scopes = Reflector.createDecorator<string>();

/** Admits callers whose access token grants it. */
@Injectable()
export class ScopesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const scope = this.reflector.get(Scopes, context.getHandler());
    const { user } = context.switchToHttp().getRequest<{ user: JwtUser }>();
    return user.scope.includes(scope);
  }
}

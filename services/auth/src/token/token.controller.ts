import {
  TokenServiceService,
  type IntrospectRequest,
  type RevokeTokenRequest,
  type ExchangeRequest,
  type IssueServiceTokenRequest,
  type LoginRequest,
  type LogoutRequest,
  type RefreshRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { issueServiceToken } from './issue-service-token.js';
import { login } from './login.js';
import { logout } from './logout.js';
import { refresh } from './refresh.js';
import { exchange } from './exchange.js';
import { revokeToken } from './revoke-token.js';
import { introspect } from './introspect.js';

/** The gRPC edge of TokenService. */
@RpcController(TokenServiceService)
export class TokenController implements RpcHandlers<typeof TokenServiceService> {
  constructor(private readonly context: AuthContext) {}

  login(request: LoginRequest, call: Call) {
    return login(this.context, request, call);
  }

  refresh(request: RefreshRequest, call: Call) {
    return refresh(this.context, request, call);
  }

  logout(request: LogoutRequest, call: Call) {
    return logout(this.context, request, call);
  }

  issueServiceToken(request: IssueServiceTokenRequest, call: Call) {
    return issueServiceToken(this.context, request, call);
  }

  exchange(request: ExchangeRequest, call: Call) {
    return exchange(this.context, request, call);
  }

  revokeToken(request: RevokeTokenRequest, call: Call) {
    return revokeToken(this.context, request, call);
  }

  introspect(request: IntrospectRequest, call: Call) {
    return introspect(this.context, request, call);
  }
}

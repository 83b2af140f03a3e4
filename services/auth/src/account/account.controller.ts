import {
  AccountServiceService,
  type ChangePasswordRequest,
  type EraseAccountRequest,
  type GetAccountRequest,
  type RegisterRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { changePassword } from './change-password.js';
import { eraseAccount } from './erase-account.js';
import { getAccount } from './get-account.js';
import { register } from './register.js';

/** The gRPC edge of AccountService. */
@RpcController(AccountServiceService)
export class AccountController implements RpcHandlers<typeof AccountServiceService> {
  constructor(private readonly context: AuthContext) {}

  register(request: RegisterRequest, call: Call) {
    return register(this.context, request, call);
  }

  getAccount(request: GetAccountRequest, call: Call) {
    return getAccount(this.context, request, call);
  }

  changePassword(request: ChangePasswordRequest, call: Call) {
    return changePassword(this.context, request, call);
  }

  eraseAccount(request: EraseAccountRequest, call: Call) {
    return eraseAccount(this.context, request, call);
  }
}

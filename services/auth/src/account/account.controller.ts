import {
  AccountServiceService,
  type ReinstateAccountRequest,
  type SuspendAccountRequest,
  type VerifyEmailRequest,
  type RequestEmailVerificationRequest,
  type ResetPasswordRequest,
  type RequestPasswordResetRequest,
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
import { requestPasswordReset } from './request-password-reset.js';
import { resetPassword } from './reset-password.js';
import { requestEmailVerification } from './request-email-verification.js';
import { verifyEmail } from './verify-email.js';
import { suspendAccount } from './suspend-account.js';
import { reinstateAccount } from './reinstate-account.js';

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

  requestPasswordReset(request: RequestPasswordResetRequest, call: Call) {
    return requestPasswordReset(this.context, request, call);
  }

  resetPassword(request: ResetPasswordRequest, call: Call) {
    return resetPassword(this.context, request, call);
  }

  requestEmailVerification(request: RequestEmailVerificationRequest, call: Call) {
    return requestEmailVerification(this.context, request, call);
  }

  verifyEmail(request: VerifyEmailRequest, call: Call) {
    return verifyEmail(this.context, request, call);
  }

  suspendAccount(request: SuspendAccountRequest, call: Call) {
    return suspendAccount(this.context, request, call);
  }

  reinstateAccount(request: ReinstateAccountRequest, call: Call) {
    return reinstateAccount(this.context, request, call);
  }
}

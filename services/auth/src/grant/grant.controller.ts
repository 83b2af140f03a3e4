import {
  GrantServiceService,
  type ListGrantsRequest,
  type WithdrawGrantRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { listGrants } from './list-grants.js';
import { withdrawGrant } from './withdraw-grant.js';

/** The gRPC edge of GrantService. */
@RpcController(GrantServiceService)
export class GrantController implements RpcHandlers<typeof GrantServiceService> {
  constructor(private readonly context: AuthContext) {}

  listGrants(request: ListGrantsRequest, call: Call) {
    return listGrants(this.context, request, call);
  }

  withdrawGrant(request: WithdrawGrantRequest, call: Call) {
    return withdrawGrant(this.context, request, call);
  }
}

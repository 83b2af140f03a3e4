import {
  ProvisioningServiceService,
  type DescribeUserRequest,
  type EraseUserRequest,
  type ProvisionUserRequest,
} from '@gatehouse/contracts/users';
import { RpcController, type Call, type RpcHandlers } from '@gatehouse/grpc';
import { UserContext } from '../user/user-context.js';
import { describeUser } from './describe-user.js';
import { eraseUser } from './erase-user.js';
import { provisionUser } from './provision-user.js';

/** The gRPC edge of ProvisioningService. */
@RpcController(ProvisioningServiceService)
export class ProvisioningController implements RpcHandlers<typeof ProvisioningServiceService> {
  constructor(private readonly context: UserContext) {}

  provisionUser(request: ProvisionUserRequest) {
    return provisionUser(this.context, request);
  }

  eraseUser(request: EraseUserRequest, call: Call) {
    return eraseUser(this.context, request, call);
  }

  describeUser(request: DescribeUserRequest) {
    return describeUser(this.context, request);
  }
}

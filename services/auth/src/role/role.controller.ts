import {
  RoleServiceService,
  type GrantRoleRequest,
  type ListRolesRequest,
  type ListSubjectRolesRequest,
  type WithdrawRoleRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { grantRole } from './grant-role.js';
import { listRoles } from './list-roles.js';
import { listSubjectRoles } from './list-subject-roles.js';
import { withdrawRole } from './withdraw-role.js';

/** The gRPC edge of RoleService. */
@RpcController(RoleServiceService)
export class RoleController implements RpcHandlers<typeof RoleServiceService> {
  constructor(private readonly context: AuthContext) {}

  listRoles(_request: ListRolesRequest) {
    return listRoles();
  }

  listSubjectRoles(request: ListSubjectRolesRequest) {
    return listSubjectRoles(this.context, request);
  }

  grantRole(request: GrantRoleRequest, call: Call) {
    return grantRole(this.context, request, call);
  }

  withdrawRole(request: WithdrawRoleRequest, call: Call) {
    return withdrawRole(this.context, request, call);
  }
}

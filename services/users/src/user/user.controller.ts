import {
  UserServiceService,
  type DeleteUserRequest,
  type GetProfileRequest,
  type GetUserRequest,
  type ListUsersRequest,
  type UpdateProfileRequest,
} from '@gatehouse/contracts/users';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { deleteUser } from './delete-user.js';
import { getProfile } from './get-profile.js';
import { getUser } from './get-user.js';
import { listUsers } from './list-users.js';
import { updateProfile } from './update-profile.js';
import { UserContext } from './user-context.js';

/** The gRPC edge of UserService. */
@RpcController(UserServiceService)
export class UserController implements RpcHandlers<typeof UserServiceService> {
  constructor(private readonly context: UserContext) {}

  getProfile(request: GetProfileRequest, call: Call) {
    return getProfile(this.context, request, call);
  }

  updateProfile(request: UpdateProfileRequest, call: Call) {
    const subject = call.principal.subject;
    return this.context.audit.recordingRefusals(call, subject, () =>
      updateProfile(this.context, request, call),
    );
  }

  getUser(request: GetUserRequest, call: Call) {
    return getUser(this.context, request, call);
  }

  listUsers(request: ListUsersRequest, call: Call) {
    return listUsers(this.context, request, call);
  }

  deleteUser(request: DeleteUserRequest, call: Call) {
    return this.context.audit.recordingRefusals(call, request.id, () =>
      deleteUser(this.context, request, call),
    );
  }
}

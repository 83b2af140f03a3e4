import {
  IdentityServiceService,
  type BeginLinkingRequest,
  type ListIdentitiesRequest,
  type ListSubjectIdentitiesRequest,
  type UnlinkIdentityRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { beginLinking } from './begin-linking.js';
import { listIdentities } from './list-identities.js';
import { listSubjectIdentities } from './list-subject-identities.js';
import { unlinkIdentity } from './unlink-identity.js';

/** The gRPC edge of IdentityService. */
@RpcController(IdentityServiceService)
export class IdentityController implements RpcHandlers<typeof IdentityServiceService> {
  constructor(private readonly context: AuthContext) {}

  listIdentities(request: ListIdentitiesRequest, call: Call) {
    return listIdentities(this.context, request, call);
  }

  beginLinking(request: BeginLinkingRequest, call: Call) {
    return beginLinking(this.context, request, call);
  }

  unlinkIdentity(request: UnlinkIdentityRequest, call: Call) {
    return unlinkIdentity(this.context, request, call);
  }

  listSubjectIdentities(request: ListSubjectIdentitiesRequest) {
    return listSubjectIdentities(this.context, request);
  }
}

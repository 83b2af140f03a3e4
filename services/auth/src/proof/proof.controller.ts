import {
  ProofServiceService,
  type UnbindTokenRequest,
  type UseProofRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { unbindToken } from './unbind-token.js';
import { useProof } from './use-proof.js';

/** The gRPC edge of ProofService. */
@RpcController(ProofServiceService)
export class ProofController implements RpcHandlers<typeof ProofServiceService> {
  constructor(private readonly context: AuthContext) {}

  useProof(request: UseProofRequest) {
    return useProof(this.context, request);
  }

  unbindToken(request: UnbindTokenRequest, call: Call) {
    return unbindToken(this.context, request, call);
  }
}

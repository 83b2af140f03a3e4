import { KeySetServiceService, type GetKeySetRequest } from '@gatehouse/contracts/auth';
import { RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { getKeySet } from './get-key-set.js';

/** The gRPC edge of KeySetService. */
@RpcController(KeySetServiceService)
export class KeySetController implements RpcHandlers<typeof KeySetServiceService> {
  constructor(private readonly context: AuthContext) {}

  getKeySet(_request: GetKeySetRequest) {
    return getKeySet(this.context.keys);
  }
}

import { RevocationServiceService, type RevokeRequest, type WatchRequest } from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import type { Observable } from 'rxjs';
import { AuthContext } from '../auth-context.js';
import { revoke } from './revoke.js';
import { watch } from './watch.js';

/** The gRPC edge of RevocationService. */
@RpcController(RevocationServiceService)
export class RevocationController implements RpcHandlers<typeof RevocationServiceService> {
  constructor(private readonly context: AuthContext) {}

  watch(requests: Observable<WatchRequest>, call: Call) {
    return watch(this.context, requests, call);
  }

  revoke(request: RevokeRequest, call: Call) {
    return revoke(this.context, request, call);
  }
}

import {
  ShareServiceService,
  type ListSharesRequest,
  type ShareResourceRequest,
  type UnshareResourceRequest,
} from '@gatehouse/contracts/resources';
import { RpcController, type Call, type RpcHandlers } from '@gatehouse/grpc';
import { listShares } from './list-shares.js';
import { ShareContext } from './share-context.js';
import { shareResource } from './share-resource.js';
import { unshareResource } from './unshare-resource.js';

/** The gRPC edge of ShareService. */
@RpcController(ShareServiceService)
export class ShareController implements RpcHandlers<typeof ShareServiceService> {
  constructor(private readonly context: ShareContext) {}

  shareResource(request: ShareResourceRequest, call: Call) {
    return this.context.audit.recordingRefusals(call, request.resourceId, () =>
      shareResource(this.context, request, call),
    );
  }

  unshareResource(request: UnshareResourceRequest, call: Call) {
    return this.context.audit.recordingRefusals(call, request.resourceId, () =>
      unshareResource(this.context, request, call),
    );
  }

  listShares(request: ListSharesRequest, call: Call) {
    return listShares(this.context, request, call);
  }
}

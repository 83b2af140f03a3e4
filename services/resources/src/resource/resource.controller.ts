import {
  ResourceServiceService,
  type CreateResourceRequest,
  type DeleteResourceRequest,
  type GetResourceRequest,
  type ListResourcesRequest,
  type UpdateResourceRequest,
  type WatchResourcesRequest,
} from '@gatehouse/contracts/resources';
import { RpcController, type Call, type RpcHandlers } from '@gatehouse/grpc';
import { createResource } from './create-resource.js';
import { deleteResource } from './delete-resource.js';
import { getResource } from './get-resource.js';
import { listResources } from './list-resources.js';
import { ResourceContext } from './resource-context.js';
import { updateResource } from './update-resource.js';
import { watchResources } from './watch-resources.js';

/** The gRPC edge of ResourceService. */
@RpcController(ResourceServiceService)
export class ResourceController implements RpcHandlers<typeof ResourceServiceService> {
  constructor(private readonly context: ResourceContext) {}

  createResource(request: CreateResourceRequest, call: Call) {
    return this.context.audit.recordingRefusals(call, '', () => createResource(this.context, request, call));
  }

  getResource(request: GetResourceRequest, call: Call) {
    return getResource(this.context, request, call);
  }

  listResources(request: ListResourcesRequest, call: Call) {
    return listResources(this.context, request, call);
  }

  updateResource(request: UpdateResourceRequest, call: Call) {
    return this.context.audit.recordingRefusals(call, request.resource?.id ?? '', () =>
      updateResource(this.context, request, call),
    );
  }

  watchResources(request: WatchResourcesRequest, call: Call) {
    return watchResources(this.context, request, call);
  }

  deleteResource(request: DeleteResourceRequest, call: Call) {
    return this.context.audit.recordingRefusals(call, request.id, () =>
      deleteResource(this.context, request, call),
    );
  }
}

import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { ResourceServiceService } from '@gatehouse/contracts/resources';
import { RpcController, type RpcHandlers } from '@gatehouse/grpc';

/** Does nothing: what is left is the cost of being called. Only `ListResources` is, with an empty message. */
@RpcController(ResourceServiceService)
@Injectable()
class EmptyResources implements RpcHandlers<typeof ResourceServiceService> {
  async listResources() {
    return { resources: [], nextPageToken: '' };
  }
  async createResource() {
    return { resource: undefined };
  }
  async getResource() {
    return { resource: undefined };
  }
  async updateResource() {
    return { resource: undefined };
  }
  async *watchResources() {}
  async deleteResource() {
    return {};
  }
}

/** A service with nothing behind its edge but what is imported. */
@Module({})
export class EmptyModule {
  static register(imports: readonly DynamicModule[]): DynamicModule {
    return { module: EmptyModule, imports: [...imports], controllers: [EmptyResources] };
  }
}

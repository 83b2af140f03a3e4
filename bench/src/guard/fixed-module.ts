import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import {
  ResourceServiceService,
  type GetResourceResponse,
  type ListResourcesResponse,
} from '@gatehouse/contracts/resources';
import { RpcController, type RpcHandlers } from '@gatehouse/grpc';

/** What is answered to the two methods that are called. */
export interface FixedReplies {
  readonly get: GetResourceResponse;
  readonly list: ListResourcesResponse;
}

const REPLIES = Symbol('FixedReplies');

const NOTHING: FixedReplies = { get: { resource: undefined }, list: { resources: [], nextPageToken: '' } };

/** Does nothing: what is left is the cost of being called. */
@RpcController(ResourceServiceService)
@Injectable()
class FixedResources implements RpcHandlers<typeof ResourceServiceService> {
  constructor(@Inject(REPLIES) private readonly replies: FixedReplies) {}

  async listResources() {
    return this.replies.list;
  }
  async createResource() {
    return { resource: undefined };
  }
  async getResource() {
    return this.replies.get;
  }
  async updateResource() {
    return { resource: undefined };
  }
  async *watchResources() {}
  async deleteResource() {
    return {};
  }
}

/** A service with nothing behind its edge but replies that are always the same, and what is imported. */
@Module({})
export class FixedModule {
  static register(imports: readonly DynamicModule[], replies = NOTHING): DynamicModule {
    const providers = [{ provide: REPLIES, useValue: replies }];
    return { module: FixedModule, imports: [...imports], controllers: [FixedResources], providers };
  }
}

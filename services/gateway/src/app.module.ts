import { Module, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocsAssets } from './docs/docs-assets.js';
import { DocsController } from './docs/docs.controller.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { OpenApiText } from './openapi/openapi-text.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import type { RestContract } from './rpc/rest-contract.js';
import { OtherRequests } from './rpc/other-requests.js';
import type { RpcServer } from './rpc/rpc-server.js';

/** What the module is wired from. */
export interface AppModuleOptions {
  readonly contract: RestContract;
  readonly routes: RpcServer;
}

/** The gateway's pages, and what is said of requests for nothing that is there. */
@Module({})
export class AppModule {
  static register({ contract, routes }: AppModuleOptions): DynamicModule {
    return {
      module: AppModule,
      controllers: [OpenApiController, DocsController],
      providers: [
        DocsAssets,
        { provide: OpenApiText, useFactory: () => new OpenApiText(openApiDocument(contract)) },
        {
          provide: OtherRequests,
          inject: [HttpAdapterHost],
          useFactory: ({ httpAdapter }: HttpAdapterHost<FastifyAdapter>) =>
            new OtherRequests(httpAdapter.getInstance(), routes),
        },
      ],
    };
  }
}

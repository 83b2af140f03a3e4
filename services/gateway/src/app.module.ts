import { Module, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Logger } from '@gatehouse/telemetry';
import { DocsAssets } from './docs/docs-assets.js';
import { DocsController } from './docs/docs.controller.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { OpenApiText } from './openapi/openapi-text.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import type { Intake } from './http/intake.js';
import type { AuthProxy } from './proxy/auth-proxy.js';
import type { RestContract } from './rpc/rest-contract.js';
import type { RpcHandler } from './rpc/rpc-handler.js';
import { RpcRoutes } from './rpc/rpc-routes.js';

/** What the module is wired from. */
export interface AppModuleOptions {
  readonly contract: RestContract;
  readonly handler: RpcHandler;
  /** Undefined where auth has no HTTP port. */
  readonly proxy: AuthProxy | undefined;
  readonly intake: Intake;
  readonly log: Logger;
}

/** The gateway's pages and routes. */
@Module({})
export class AppModule {
  static register({ contract, handler, proxy, intake, log }: AppModuleOptions): DynamicModule {
    return {
      module: AppModule,
      controllers: [OpenApiController, DocsController],
      providers: [
        DocsAssets,
        { provide: OpenApiText, useFactory: () => new OpenApiText(openApiDocument(contract)) },
        {
          provide: RpcRoutes,
          inject: [HttpAdapterHost],
          useFactory: ({ httpAdapter }: HttpAdapterHost<FastifyAdapter>) =>
            new RpcRoutes(httpAdapter.getInstance(), handler, proxy, intake, log),
        },
      ],
    };
  }
}

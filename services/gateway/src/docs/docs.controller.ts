import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { gatewayReasons } from '../reasons.js';
import { DOCS_POLICY, docsPage } from './docs-page.js';
import { DocsAssets } from './docs-assets.js';

/** The page where people read the API and try it. All of it is served from here: it works offline. */
@Controller('docs')
export class DocsController {
  constructor(private readonly assets: DocsAssets) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', DOCS_POLICY)
  @Header('cache-control', 'no-cache')
  page(): string {
    return docsPage;
  }

  /** @throws AppError ROUTE_UNKNOWN */
  @Get(':file')
  file(@Param('file') file: string, @Res() reply: FastifyReply): void {
    const asset = this.assets.find(file);
    if (!asset) throw gatewayReasons.ROUTE_UNKNOWN();
    void reply
      .header('content-type', asset.contentType)
      .header('cache-control', 'public, max-age=3600')
      .send(asset.body);
  }
}

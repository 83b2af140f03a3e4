import { Controller, Get, Header } from '@nestjs/common';
import { OpenApiText } from './openapi-text.js';

/** Serves the OpenAPI document. */
@Controller()
export class OpenApiController {
  constructor(private readonly document: OpenApiText) {}

  @Get('openapi.json')
  @Header('content-type', 'application/json')
  @Header('cache-control', 'public, max-age=60')
  read(): Buffer {
    return this.document.bytes;
  }
}

import {
  Controller,
  Get,
  Headers,
  Inject,
  Param,
  ParseIntPipe,
  Query,
  UseGuards,
  type OnModuleInit,
} from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { Metadata } from '@grpc/grpc-js';
import type { ClientGrpc } from '@nestjs/microservices';
import { map } from 'rxjs';
import { RESOURCES, toResourceDto, type ResourcesClient } from './resources-client.js';
import { Scopes, ScopesGuard } from './scopes-guard.js';

/** The REST face of the resources service, written by hand. */
@Controller('v1/resources')
@UseGuards(AuthGuard('jwt'), ScopesGuard)
export class ResourcesController implements OnModuleInit {
  private resources!: ResourcesClient;

  constructor(@Inject(RESOURCES) private readonly client: ClientGrpc) {}

  onModuleInit() {
    this.resources = this.client.getService<ResourcesClient>('ResourceService');
  }

  @Get(':id')
  @Scopes('resources:read')
  get(@Param('id') id: string, @Headers('authorization') authorization: string) {
    return this.resources
      .getResource({ id }, metadataOf(authorization))
      .pipe(map(({ resource }) => toResourceDto(resource)));
  }

  @Get()
  @Scopes('resources:read')
  list(@Query('pageSize', ParseIntPipe) pageSize: number, @Headers('authorization') authorization: string) {
    return this.resources.listResources({ page_size: pageSize }, metadataOf(authorization)).pipe(
      map(({ resources, next_page_token }) => ({
        resources: resources.map(toResourceDto),
        nextPageToken: next_page_token,
      })),
    );
  }
}

function metadataOf(authorization: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  return metadata;
}

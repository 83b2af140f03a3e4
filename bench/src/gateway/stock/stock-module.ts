import { Module, type DynamicModule } from '@nestjs/common';
import { ClientsModule, Transport } from '@nestjs/microservices';
import { PassportModule } from '@nestjs/passport';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { descriptorSet } from './descriptor-set.js';
import { JwtStrategy } from './jwt-strategy.js';
import { ResourcesController } from './resources-controller.js';
import { RESOURCES } from './resources-client.js';

/** Nest's documented way to put REST in front of gRPC: a controller, a client of the package, and passport. */
@Module({})
export class StockModule {
  static register(pem: string, resourcesPort: number): DynamicModule {
    const packageDefinition = loadFileDescriptorSetFromBuffer(descriptorSet(), {
      longs: String,
      enums: String,
      defaults: true,
      oneofs: true,
    });
    return {
      module: StockModule,
      imports: [
        PassportModule,
        ClientsModule.register([
          {
            name: RESOURCES,
            transport: Transport.GRPC,
            options: {
              package: 'gatehouse.resources.v1',
              packageDefinition,
              url: `127.0.0.1:${resourcesPort}`,
            },
          },
        ]),
      ],
      controllers: [ResourcesController],
      providers: [{ provide: JwtStrategy, useFactory: () => new JwtStrategy(pem) }],
    };
  }
}

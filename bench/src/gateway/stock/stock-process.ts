import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { answer } from '../../answer.js';
import type { GatewayStart } from '../gateway-start.js';
import { StockModule } from './stock-module.js';

answer({
  start: async ({ publicKey, ports }: GatewayStart): Promise<number> => {
    const module = StockModule.register(publicKey.pem, ports.grpc);
    const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error'] });
    await app.listen(0, '127.0.0.1');
    return (app.getHttpServer().address() as AddressInfo).port;
  },
});

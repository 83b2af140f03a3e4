import { describe, expect, it } from '@jest/globals';
import { ConfigFault } from '@gatehouse/config';
import { readGatewaySettings } from './config.js';

const environment = {
  GATEHOUSE_ENVIRONMENT: 'development',
  GATEHOUSE_HEALTH_PORT: '8081',
  GATEHOUSE_ISSUER: 'https://auth.example',
  GATEHOUSE_AUTH_ADDRESS: 'auth:50051',
  GATEHOUSE_CLIENT_SECRET: 'a client secret of a spec',
  GATEHOUSE_USERS_ADDRESS: 'dns:///users:50052',
  GATEHOUSE_RESOURCES_ADDRESS: '127.0.0.1:50053, 127.0.0.1:50054',
};

function faultsOf(changes: Record<string, string | undefined>): readonly string[] {
  try {
    readGatewaySettings({ ...environment, ...changes });
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
  return [];
}

describe('the settings', () => {
  it('turn addresses into targets, a list into all of its members', () => {
    expect(readGatewaySettings(environment)).toMatchObject({
      HTTP_PORT: 8080,
      API_AUDIENCE: 'gatehouse-api',
      AUTH_ADDRESS: 'dns:///auth:50051',
      USERS_ADDRESS: 'dns:///users:50052',
      RESOURCES_ADDRESS: 'ipv4:127.0.0.1:50053,127.0.0.1:50054',
      CORS_ORIGINS: [],
    });
    const six = { ...environment, GATEHOUSE_AUTH_ADDRESS: '[::1]:1,[::2]:2' };
    expect(readGatewaySettings(six).AUTH_ADDRESS).toBe('ipv6:[::1]:1,[::2]:2');
  });

  it.each([
    ['GATEHOUSE_ISSUER', undefined],
    ['GATEHOUSE_FORWARD_HEADERS', 'authorization'],
    ['GATEHOUSE_FORWARD_HEADERS', 'Cookie'],
    ['GATEHOUSE_FORWARD_HEADERS', 'grpc-tags-bin'],
    ['GATEHOUSE_FORWARD_HEADERS', 'X-Api-Key'],
    ['GATEHOUSE_FORWARD_HEADERS', 'sec-fetch-site'],
    ['GATEHOUSE_FORWARD_HEADERS', 'Content-Type'],
    ['GATEHOUSE_FORWARD_HEADERS', 'content-encoding'],
    ['GATEHOUSE_EXPOSE_METADATA', 'content-type'],
    ['GATEHOUSE_EXPOSE_METADATA', 'set-cookie'],
    ['GATEHOUSE_EXPOSE_METADATA', 'access-control-allow-origin'],
    ['GATEHOUSE_BODY_LIMITS', 'gatehouse.auth.v1.TokenService.Login'],
    ['GATEHOUSE_AUTH_ADDRESS', undefined],
    ['GATEHOUSE_AUTH_ADDRESS', 'auth'],
    ['GATEHOUSE_AUTH_ADDRESS', 'auth:0'],
    ['GATEHOUSE_AUTH_ADDRESS', 'auth:70000'],
    ['GATEHOUSE_AUTH_ADDRESS', 'a:1,b:2'],
    ['GATEHOUSE_AUTH_ADDRESS', '127.0.0.1:1,[::1]:2'],
    ['GATEHOUSE_CORS_ORIGINS', '*'],
    ['GATEHOUSE_CORS_ORIGINS', 'null'],
    ['GATEHOUSE_CORS_ORIGINS', 'https://app.example/'],
    ['GATEHOUSE_CORS_ORIGINS', 'app.example'],
    ['GATEHOUSE_HTTP_PORT', 'eighty'],
    ['GATEHOUSE_UNHEARD_OF', '1'],
  ])('refuse %s = %s', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });
});

import {
  ApiKeyServiceService,
  type CreateApiKeyRequest,
  type GetApiKeyRequest,
  type ListApiKeysRequest,
  type RevokeApiKeyRequest,
  type RotateApiKeyRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { createApiKey } from './create-api-key.js';
import { getApiKey } from './get-api-key.js';
import { listApiKeys } from './list-api-keys.js';
import { revokeApiKey } from './revoke-api-key.js';
import { rotateApiKey } from './rotate-api-key.js';

/** The gRPC edge of ApiKeyService. */
@RpcController(ApiKeyServiceService)
export class ApiKeyController implements RpcHandlers<typeof ApiKeyServiceService> {
  constructor(private readonly context: AuthContext) {}

  createApiKey(request: CreateApiKeyRequest, call: Call) {
    return createApiKey(this.context, request, call);
  }

  listApiKeys(request: ListApiKeysRequest, call: Call) {
    return listApiKeys(this.context, request, call);
  }

  getApiKey(request: GetApiKeyRequest, call: Call) {
    return getApiKey(this.context, request, call);
  }

  rotateApiKey(request: RotateApiKeyRequest, call: Call) {
    return rotateApiKey(this.context, request, call);
  }

  revokeApiKey(request: RevokeApiKeyRequest, call: Call) {
    return revokeApiKey(this.context, request, call);
  }
}

import {
  ClientServiceService,
  type CreateClientRequest,
  type DisableClientRequest,
  type GetClientRequest,
  type ListClientsRequest,
  type RotateClientSecretRequest,
  type UpdateClientRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { createClient } from './create-client.js';
import { disableClient } from './disable-client.js';
import { getClient } from './get-client.js';
import { listClients } from './list-clients.js';
import { rotateClientSecret } from './rotate-client-secret.js';
import { updateClient } from './update-client.js';

/** The gRPC edge of ClientService. */
@RpcController(ClientServiceService)
export class ClientController implements RpcHandlers<typeof ClientServiceService> {
  constructor(private readonly context: AuthContext) {}

  createClient(request: CreateClientRequest, call: Call) {
    return createClient(this.context, request, call);
  }

  getClient(request: GetClientRequest) {
    return getClient(this.context, request);
  }

  listClients(request: ListClientsRequest) {
    return listClients(this.context, request);
  }

  updateClient(request: UpdateClientRequest, call: Call) {
    return updateClient(this.context, request, call);
  }

  rotateClientSecret(request: RotateClientSecretRequest, call: Call) {
    return rotateClientSecret(this.context, request, call);
  }

  disableClient(request: DisableClientRequest, call: Call) {
    return disableClient(this.context, request, call);
  }
}

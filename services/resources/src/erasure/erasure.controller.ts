import { ErasureServiceService, type EraseSubjectRequest } from '@gatehouse/contracts/resources';
import { RpcController, type Call, type RpcHandlers } from '@gatehouse/grpc';
import { eraseSubject } from './erase-subject.js';
import { ErasureStore } from './erasure.store.js';

/** The gRPC edge of ErasureService. */
@RpcController(ErasureServiceService)
export class ErasureController implements RpcHandlers<typeof ErasureServiceService> {
  constructor(private readonly erasure: ErasureStore) {}

  eraseSubject(request: EraseSubjectRequest, call: Call) {
    return eraseSubject(this.erasure, request, call);
  }
}

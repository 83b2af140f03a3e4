import {
  AccountServiceService,
  type EraseAccountRequest,
  type EraseAccountResponse,
  type IssueServiceTokenRequest,
  type IssueServiceTokenResponse,
} from '@gatehouse/contracts/auth';
import { AppError, toStatusObject } from '@gatehouse/errors';
import {
  status,
  type sendUnaryData,
  type Server,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

export const CLIENT_SECRET = 'spec-client-secret';

/** What a spec sees and decides of the calls that auth gets. */
export class StubAuth {
  readonly issued: IssueServiceTokenRequest[] = [];
  readonly erased: (EraseAccountRequest & { authorization: unknown })[] = [];
  /** What auth answers to EraseAccount; success unless set. */
  refusal: AppError | undefined;
  /** Access tokens that auth does not accept any more. */
  readonly revoked = new Set<string>();

  /** How auth's token service answers. */
  tokenService(): UntypedServiceImplementation {
    return {
      issueServiceToken: (
        { request }: ServerUnaryCall<IssueServiceTokenRequest, IssueServiceTokenResponse>,
        callback: sendUnaryData<IssueServiceTokenResponse>,
      ) => {
        this.issued.push(request);
        if (request.clientId !== 'users' || request.clientSecret !== CLIENT_SECRET) {
          const code = status.UNAUTHENTICATED;
          return callback(
            toStatusObject(new AppError({ code, reason: 'CREDENTIALS_INVALID', message: 'no' })),
          );
        }
        const accessToken = `issued-${this.issued.length}`;
        const tokens = {
          accessToken,
          tokenType: 'Bearer',
          expiresIn: 300,
          refreshToken: '',
          scope: 'accounts:erase',
        };
        callback(null, { tokens });
      },
    };
  }

  /** Adds the account service. */
  addTo(server: Server): void {
    const absent = (_call: unknown, callback: sendUnaryData<never>) =>
      callback({ code: status.UNIMPLEMENTED, details: 'not part of the spec' });
    const stubs = (methods: object) => Object.fromEntries(Object.keys(methods).map((name) => [name, absent]));
    server.addService(AccountServiceService, {
      ...stubs(AccountServiceService),
      eraseAccount: (
        { request, metadata }: ServerUnaryCall<EraseAccountRequest, EraseAccountResponse>,
        callback: sendUnaryData<EraseAccountResponse>,
      ) => {
        const [authorization] = metadata.get('authorization');
        if (this.revoked.has(String(authorization).replace('Bearer ', ''))) {
          const code = status.UNAUTHENTICATED;
          return callback(toStatusObject(new AppError({ code, reason: 'UNAUTHENTICATED', message: 'no' })));
        }
        this.erased.push({ ...request, authorization });
        if (this.refusal) callback(toStatusObject(this.refusal));
        else callback(null, {});
      },
    });
  }
}

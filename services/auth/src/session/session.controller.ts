import {
  SessionServiceService,
  type CreateSessionRequest,
  type EndOtherSessionsRequest,
  type EndSessionRequest,
  type EndSubjectSessionsRequest,
  type ListSessionsRequest,
  type ListSubjectSessionsRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { createSession } from './create-session.js';
import { endOtherSessions } from './end-other-sessions.js';
import { endSession } from './end-session.js';
import { endSubjectSessions } from './end-subject-sessions.js';
import { listSessions } from './list-sessions.js';
import { listSubjectSessions } from './list-subject-sessions.js';

/** The gRPC edge of SessionService. */
@RpcController(SessionServiceService)
export class SessionController implements RpcHandlers<typeof SessionServiceService> {
  constructor(private readonly context: AuthContext) {}

  createSession(request: CreateSessionRequest, call: Call) {
    return createSession(this.context, request, call);
  }

  listSessions(request: ListSessionsRequest, call: Call) {
    return listSessions(this.context, request, call);
  }

  endSession(request: EndSessionRequest, call: Call) {
    return endSession(this.context, request, call);
  }

  endOtherSessions(request: EndOtherSessionsRequest, call: Call) {
    return endOtherSessions(this.context, request, call);
  }

  listSubjectSessions(request: ListSubjectSessionsRequest, call: Call) {
    return listSubjectSessions(this.context, request, call);
  }

  endSubjectSessions(request: EndSubjectSessionsRequest, call: Call) {
    return endSubjectSessions(this.context, request, call);
  }
}

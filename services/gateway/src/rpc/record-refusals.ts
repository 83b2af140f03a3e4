import { randomUUID } from 'node:crypto';
import type { MethodRule } from '@gatehouse/access';
import type { AppError } from '@gatehouse/errors';
import { RefusalRecorder, type AuditSink } from '@gatehouse/guard';
import type { Logger } from '@gatehouse/telemetry';
import type { CallOrigin } from './call-origin.js';

/** A request of a known caller that the rule of its method refuses. */
interface RefusedRequest {
  readonly principal: { readonly subject: string };
  readonly method: { readonly path: string; readonly name: string; readonly rule: MethodRule };
  readonly requestId: string;
  readonly origin: CallOrigin;
}

/** Tells of refusals; see {@link recordRefusals}. */
export interface RefusalAudit {
  /** The answer does not wait for it. */
  refused(rule: MethodRule, subject: string, origin: CallOrigin, error: AppError): void;
  /** Resolves when what is under way is recorded. Never rejects. */
  settle(): Promise<void>;
}

/**
 * Has auth record what the gateway refuses on audited methods: the service of the method never hears of it. The
 * gateway has no database to keep an event in, so what is refused while auth is away is in the log alone.
 */
export function recordRefusals(sink: Pick<AuditSink, 'send'>, log: Logger): RefusalAudit {
  const recorder = new RefusalRecorder<RefusedRequest>({
    log,
    record: ({ principal, method, requestId, origin }, { reason }) =>
      sink.send([
        {
          id: randomUUID(),
          sequence: 0n,
          occurTime: new Date(),
          service: '',
          action: method.name,
          actor: principal.subject,
          target: '',
          outcome: reason,
          address: origin.clientAddress,
          traceId: origin.traceId,
          requestId,
          chainHash: '',
        },
      ]),
  });
  return {
    refused: (rule, subject, origin, error) => {
      const method = { path: rule.path, name: rule.method.name, rule };
      recorder.onRefusal({ principal: { subject }, method, requestId: origin.requestId, origin }, error);
    },
    settle: () => recorder.settle(),
  };
}

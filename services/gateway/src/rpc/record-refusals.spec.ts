import { readAccessTable, type MethodRule } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import type { AuditEvent } from '@gatehouse/contracts/auth';
import { platformReasons } from '@gatehouse/errors';
import { createLogger } from '@gatehouse/telemetry';
import { describe, expect, it } from '@jest/globals';
import type { Exchange } from '../http/exchange.js';
import { recordRefusals } from './record-refusals.js';

const { rules } = readAccessTable(contract);
const ruleOf = (name: string) => rules.get(`/gatehouse.resources.v1.ResourceService/${name}`) as MethodRule;
const exchange = { clientAddress: '192.0.2.7', traceId: 'a'.repeat(32), requestId: 'r1' } as Exchange;
const refusal = platformReasons.PERMISSION_MISSING();
const log = createLogger({ service: 'gateway', level: 'silent' });

function audited() {
  const events: AuditEvent[] = [];
  const send = async (sent: AuditEvent[]) => void events.push(...sent);
  return { events, audit: recordRefusals({ send }, log) };
}

describe('what the gateway refuses', () => {
  it('is recorded with who, what, from where and in which trace', async () => {
    const { events, audit } = audited();
    audit.refused(ruleOf('DeleteResource'), 'ann', exchange, refusal);
    await audit.settle();
    expect(events).toMatchObject([
      {
        action: 'DeleteResource',
        actor: 'ann',
        outcome: 'PERMISSION_MISSING',
        address: '192.0.2.7',
        traceId: exchange.traceId,
        requestId: 'r1',
      },
    ]);
  });

  it('is recorded once of a flood, and not where the method is not audited', async () => {
    const { events, audit } = audited();
    for (let n = 0; n < 100; n++) audit.refused(ruleOf('DeleteResource'), 'ann', exchange, refusal);
    audit.refused(ruleOf('GetResource'), 'ann', exchange, refusal);
    await audit.settle();
    expect(events).toHaveLength(1);
  });

  it('holds no answer back when auth is away', async () => {
    const audit = recordRefusals({ send: () => Promise.reject(new Error('away')) }, log);
    expect(() => audit.refused(ruleOf('DeleteResource'), 'ann', exchange, refusal)).not.toThrow();
    await audit.settle();
  });
});

import { eventually } from '@gatehouse/testing';
import { openTelemetry } from '@gatehouse/telemetry';
import { Health } from './health.js';

describe('health', () => {
  let holds = true;
  let looks = 0;
  const check = {
    name: 'database',
    holds: () => {
      looks++;
      return holds;
    },
  };
  const health = new Health(['spec.v1.Service'], [check]);
  let port = 0;
  const readyz = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return { status: response.status, ...((await response.json()) as { failing: string[] }) };
  };
  beforeAll(async () => {
    port = await health.start('127.0.0.1', 0);
  });
  afterAll(() => health.stop());

  it('is ready as soon as every condition holds', async () => {
    expect(await readyz()).toMatchObject({ status: 200, failing: [] });
  });

  it('turns nobody away for one miss, and everybody after three in a row', async () => {
    holds = false;
    const before = looks;
    await eventually(() => expect(looks).toBeGreaterThan(before));
    expect(health.ready).toBe(true);
    await eventually(() => expect(health.ready).toBe(false));
    expect(looks - before).toBeGreaterThanOrEqual(3);
    expect(await readyz()).toMatchObject({ status: 503, failing: ['database'] });
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  });

  it('is ready again after the first look that finds everything well', async () => {
    holds = true;
    await eventually(() => expect(health.ready).toBe(true));
  });

  it('shows the metrics of the process, once there are any', async () => {
    const metrics = () => fetch(`http://127.0.0.1:${port}/metrics`);
    expect((await metrics()).status).toBe(503);
    const log = { warn: () => undefined };
    const telemetry = await openTelemetry({ service: 'spec', version: '1.0.0', log });
    const answer = await metrics();
    await telemetry.shutdown();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toMatch(/^process_memory_usage_bytes [1-9]\d+$/m);
  });
});

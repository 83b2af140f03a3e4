import { diag } from '@opentelemetry/api';
import { reportFaults } from './report-faults.js';

describe('faults of telemetry', () => {
  const lines: unknown[] = [];
  let now = 0;
  let end: () => void;
  beforeEach(() => {
    lines.splice(0);
    end = reportFaults({ warn: (line: unknown) => void lines.push(line) }, () => now);
  });
  afterEach(() => end());

  it('are told once a minute, with how many there were', () => {
    for (now = 0; now < 60_000; now += 1_000) diag.error('refused');
    expect(lines).toEqual([{ fault: 'refused', faults: 1 }]);
    diag.error('refused again');
    expect(lines.slice(1)).toEqual([{ fault: 'refused again', faults: 60 }]);
  });

  it('are their message, without the stack and what could not be sent', () => {
    diag.error(JSON.stringify({ message: 'connect ECONNREFUSED', stack: 'at secret.js' }), {
      body: 'secret',
    });
    expect(lines).toEqual([{ fault: 'connect ECONNREFUSED', faults: 1 }]);
  });

  it('are told in one short line', () => {
    diag.createComponentLogger({ namespace: 'exporter' }).warn(`${'x'.repeat(1_000)}\nmore`);
    expect(lines).toEqual([{ fault: expect.stringMatching(/^exporter x{291}$/), faults: 1 }]);
  });

  it('are no concern of anyone while there are none', () => {
    diag.info('delivered');
    diag.debug('delivered');
    expect(lines).toEqual([]);
  });
});

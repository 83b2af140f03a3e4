import { describe, expect, it } from '@jest/globals';
import type { Operation } from '../history.js';
import { faultsOf, longestSurvivalMs, type Faults } from './check.js';

const NOTHING: Faults = { unrecorded: [], usedTwice: [], outlived: [], refused: [] };

let count = 0;
function operation(action: string, more: Partial<Operation> = {}): Operation {
  const start = 100 * ++count;
  const common = { actor: 'a', requestId: `r${count}`, start, end: start + 50, status: 200, reason: '' };
  return { action, shown: undefined, got: undefined, ...common, ...more };
}

function faults(operations: readonly Operation[], unrecorded: readonly Operation[] = []): Faults {
  const recorded = operations
    .filter((one) => !unrecorded.includes(one))
    .map(({ action, requestId }) => ({ action, requestId, outcome: 'OK' }));
  const audited = new Set(['Login', 'Refresh', 'EndSession', 'RotateApiKey']);
  return faultsOf({ operations, recorded, audited, boundMs: 1_000 });
}

describe('the judge of histories', () => {
  it('finds nothing in a sound one', () => {
    const shown = 'session';
    expect(
      faults([
        operation('Login'),
        operation('Refresh', { shown: 'one', got: 'two' }),
        operation('Refresh', { shown: 'one', got: 'two' }),
        operation('Refresh', { shown: 'two', got: 'three' }),
        operation('GetAccount', { shown }),
        operation('EndSession', { shown }),
        operation('GetAccount', { shown, status: 401 }),
        operation('GetAccount', { shown: 'key', status: 503 }),
        operation('GetAccount', { shown: 'key', status: 0 }),
      ]),
    ).toEqual(NOTHING);
  });

  it('finds an acknowledged action without its audit event, and asks none of others', () => {
    const login = operation('Login');
    const read = operation('GetAccount');
    expect(faults([login, read], [login, read]).unrecorded).toEqual([
      expect.stringContaining(login.requestId),
    ]);
    const lost = operation('Login', { status: 0 });
    expect(faults([lost], [lost])).toEqual(NOTHING);
  });

  it('finds a refresh token with two successors, one successor of two, and a key that was rotated twice', () => {
    const fork = [
      operation('Refresh', { shown: 'one', got: 'two' }),
      operation('Refresh', { shown: 'one', got: 'b' }),
    ];
    expect(faults(fork).usedTwice).toHaveLength(1);
    const meet = [
      operation('Refresh', { shown: 'one', got: 'b' }),
      operation('Refresh', { shown: 'two', got: 'b' }),
    ];
    expect(faults(meet).usedTwice).toHaveLength(1);
    const rotated = operation('RotateApiKey', { shown: 'key', got: 'next' });
    expect(faults([rotated, { ...rotated, requestId: 'again' }]).usedTwice).toHaveLength(1);
  });

  it('finds a success after the end and the bound, whoever ended it', () => {
    const end = operation('ChangePassword', { shown: 'one two' });
    const within = operation('GetAccount', { shown: 'two', start: end.end + 1_000 });
    const late = operation('GetAccount', { shown: 'two', start: end.end + 1_001 });
    expect(faults([end, within]).outlived).toEqual([]);
    expect(faults([end, late]).outlived).toHaveLength(1);
    expect(faults([{ ...end, status: 0 }, late]).outlived).toEqual([]);
  });

  it('takes what is not found for let through, at every face, and says for how long', () => {
    const suspended = operation('SuspendAccount', { shown: 'one' });
    const late = operation('GetProfile', { shown: 'one', status: 404, start: suspended.end + 1_001 });
    const refused = operation('ListResources', { shown: 'one', status: 401, start: suspended.end + 2_000 });
    expect(faults([suspended, late, refused])).toEqual({ ...NOTHING, outlived: [expect.any(String)] });
    expect(longestSurvivalMs([suspended, late, refused])).toBe(1_001);
    expect(longestSurvivalMs([suspended, refused])).toBe(0);
  });

  it('finds something good that was refused', () => {
    expect(faults([operation('GetAccount', { shown: 'one', status: 401 })]).refused).toHaveLength(1);
    expect(faults([operation('ListResources', { shown: 'one', status: 403 })]).refused).toHaveLength(1);
    expect(faults([operation('Refresh', { shown: 'one', status: 401 })]).refused).toHaveLength(1);
  });
});

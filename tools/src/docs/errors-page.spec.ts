import { defineReasons } from '@gatehouse/errors';
import { status } from '@grpc/grpc-js';
import { errorsPage } from './errors-page.js';

const reasons = defineReasons('x.gatehouse.dev', {
  ZEBRA_LOST: { code: status.NOT_FOUND, message: 'm', help: 'It ran | away.' },
  APPLE_EATEN: { code: status.ABORTED, message: 'm', help: 'Gone.' },
});

describe('the page of reasons', () => {
  it('has a row for every reason, in order, whatever its text holds', () => {
    const rows = errorsPage([{ title: 'X', reasons }])
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toEqual([
      '| `APPLE_EATEN` | ABORTED | Gone. |',
      '| `ZEBRA_LOST` | NOT_FOUND | It ran \\| away. |',
    ]);
  });
});

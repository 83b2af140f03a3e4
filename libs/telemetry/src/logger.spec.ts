import { createLogger } from './index.js';

describe('the logger', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const log = createLogger({ service: 'users', level: 'info', destination });
  beforeEach(() => lines.splice(0));

  it('writes one object per line, with the service and a UTC time', () => {
    log.info({ grpc_method: 'GetUser' }, 'call');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/Z$/),
        service: 'users',
        grpc_method: 'GetUser',
        msg: 'call',
      },
    ]);
  });

  it('writes the causes of an error', () => {
    log.error({ error: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(lines[0]).toMatchObject({ error: { message: 'outer', cause: { message: 'inner' } } });
  });

  it('keeps a line break inside its line', () => {
    log.info({ kid: 'a\r\n{"level":"fatal"}' }, 'refused');
    expect(lines).toHaveLength(1);
  });

  it('leaves out what is below its level', () => {
    log.debug('quiet');
    expect(lines).toEqual([]);
  });
});

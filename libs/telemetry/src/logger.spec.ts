import { spawnSync } from 'node:child_process';
import { createLogger, lineField, wordField, writeLine, type Logger } from './index.js';

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

describe('a line that is JSON already', () => {
  const lines: string[] = [];
  const destination = {
    write: (line: string) => void lines.push(line.replace(/"time":"[^"]*Z"/, '"time":"then"')),
  };
  beforeEach(() => lines.splice(0));

  it('is the line that the logger itself would write', () => {
    const log = createLogger({ service: 'gateway', level: 'info', destination });
    const values = { path: '/a"b\\c\u2028\u0001ü😀', status: 200, took: 1.5, reason: undefined, empty: '' };
    const words = { id: '0190b0a0-0000', route: '/v1/{id=**}', nobody: undefined };
    log.info({ ...values, ...words }, 'request');
    const fields = Object.entries(values).map(([name, value]) => lineField(name, value));
    const more = Object.entries(words).map(([name, value]) => wordField(name, value));
    writeLine(log, 'info', [...fields, ...more].join(''), 'request');
    expect(lines[1]).toBe(lines[0]);
  });

  it.each(['', 'a b', '"', '\\', '\n', '\u0000', '\u007f', 'ä', '\u2028', '\ud800', '{"level":"fatal"}'])(
    'says the text that it is given: %j',
    (text) => {
      expect(JSON.parse(`{${lineField('a', text).slice(1)}}`)).toEqual({ a: text });
      expect(lineField('a', text)).toBe(`,"a":${JSON.stringify(text)}`);
    },
  );

  it('is left out where its level is', () => {
    writeLine(
      createLogger({ service: 'gateway', level: 'warn', destination }),
      'info',
      lineField('a', 1),
      'request',
    );
    expect(lines).toEqual([]);
  });

  it('is written by a logger that was made otherwise, too', () => {
    const seen: unknown[] = [];
    const log = { error: (...line: unknown[]) => void seen.push(line) } as unknown as Logger;
    writeLine(log, 'error', lineField('a', 'b'), 'request');
    expect(seen).toEqual([[{ a: 'b' }, 'request']]);
  });
});

describe('standard output', () => {
  const run = (script: string) => {
    const source = `import { createLogger } from ${JSON.stringify(new URL('./index.js', import.meta.url).href)};
      const log = createLogger({ service: 'users', level: 'info' });
      ${script}`;
    const args = ['--input-type=module', '--eval', source];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  };

  it('gets every line in order, from all loggers of the process', () => {
    const other = `const other = createLogger({ service: 'users', level: 'info' });`;
    expect(
      run(`${other} log.info('one'); other.info('two'); setTimeout(() => log.info('three'), 10);`),
    ).toEqual(['one', 'two', 'three']);
  });

  it.each([
    ['exits', 'process.exit(1);'],
    ['fails', "throw new Error('broken');"],
    ['fails later', "setImmediate(() => Promise.reject(new Error('broken')));"],
  ])('gets what was written just before a process %s', (_what, end) => {
    expect(run(`log.info('last'); ${end}`)).toEqual(['last']);
  });

  it('gets more than is held', () => {
    expect(
      run(`for (let line = 0; line < 2_000; line++) log.info({ text: 'x'.repeat(100) }, String(line));`),
    ).toEqual(Array.from({ length: 2_000 }, (_, line) => String(line)));
  });
});

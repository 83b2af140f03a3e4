import { Breaker } from './breaker.js';
import { OutboundFault, type OutboundFaultCode } from './outbound-fault.js';

const URL = 'https://provider.test/token';

/** A breaker in front of a party whose answers, and whose clock, the spec decides. */
function broken() {
  let now = 0;
  let asked = 0;
  const party: { answer: () => Promise<Response> } = { answer: answering(200) };
  const breaker = new Breaker({
    fetch: () => {
      asked += 1;
      return party.answer();
    },
    now: () => now,
  });
  return {
    party,
    ask: () =>
      breaker.fetch(URL).then(
        ({ status }) => status,
        (error: OutboundFault) => error.code,
      ),
    retryAfterMs: () => breaker.fetch(URL).catch((error: OutboundFault) => error.retryAfterMs),
    asked: () => asked,
    pass: (ms: number) => (now += ms),
  };
}

const answering = (status: number) => () => Promise.resolve(new Response(null, { status }));
const failing = (code: OutboundFaultCode) => () => Promise.reject(new OutboundFault(code, 'spec'));

describe('a party that does not answer', () => {
  it.each([
    ['TIMEOUT', failing('TIMEOUT')],
    ['UNREACHABLE', failing('UNREACHABLE')],
    [500, answering(500)],
    [503, answering(503)],
    [429, answering(429)],
  ])('is not asked again at once: %s', async (outcome, answer) => {
    const { party, ask, asked, retryAfterMs, pass } = broken();
    party.answer = answer;
    expect(await ask()).toBe(outcome);
    expect(await ask()).toBe('CIRCUIT_OPEN');
    pass(400);
    expect(await retryAfterMs()).toBe(600);
    expect(asked()).toBe(1);
  });

  it('is asked by one after the pause, while the others are kept back', async () => {
    const { party, ask, asked, pass } = broken();
    party.answer = failing('TIMEOUT');
    await ask();
    pass(1_000);
    const decided = new Set<(answer: Response) => void>();
    party.answer = () => new Promise((resolve) => decided.add(resolve));
    const trial = ask();
    expect(await ask()).toBe('CIRCUIT_OPEN');
    party.answer = answering(200);
    for (const decide of decided) decide(new Response());
    expect(await trial).toBe(200);
    expect(await Promise.all([ask(), ask()])).toEqual([200, 200]);
    expect(asked()).toBe(4);
  });

  it('is left alone for longer each time, 30 s at most', async () => {
    const { party, ask, pass, retryAfterMs } = broken();
    party.answer = failing('UNREACHABLE');
    const pauses: unknown[] = [];
    for (let round = 0; round < 7; round++) {
      await ask();
      const pause = await retryAfterMs();
      pauses.push(pause);
      pass(Number(pause));
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    party.answer = answering(200);
    await ask();
    party.answer = failing('UNREACHABLE');
    await ask();
    expect(await retryAfterMs()).toBe(1_000);
  });
});

it.each([
  ['a refusal', answering(400), 400],
  ['an answer that is too large', failing('ANSWER_TOO_LARGE'), 'ANSWER_TOO_LARGE'],
  ['an address that is refused', failing('ADDRESS_REFUSED'), 'ADDRESS_REFUSED'],
  ['a caller who gave up', failing('ABORTED'), 'ABORTED'],
])('%s is no outage', async (_name, answer, outcome) => {
  const { party, ask } = broken();
  party.answer = answer;
  expect([await ask(), await ask()]).toEqual([outcome, outcome]);
});

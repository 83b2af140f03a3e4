import type { WatchResponse } from '@gatehouse/contracts/auth';
import type { LiveRevocation } from './live-revocation.js';
import { Outgoing } from './outgoing.js';
import type { TailNews } from './revocation-tail.js';
import { WatchStream } from './watch-stream.js';

/** A copy of the table that reads what it is told to. */
class SpecTail {
  readonly epoch = 'one';
  position = 0n;
  readAgeMs = 0;
  #follower: (news: TailNews) => void = () => undefined;

  from = () => [];
  follow = (follower: (news: TailNews) => void) => {
    this.#follower = follower;
    return () => undefined;
  };

  read(key: string): void {
    const xid = ++this.position;
    const revocation: LiveRevocation = {
      seq: xid,
      xid,
      kind: 'token',
      key,
      notBefore: undefined,
      expiresAt: 2_000_000_000,
      writtenAt: 0,
      awaited: false,
    };
    const { epoch, position } = this;
    this.#follower({ epoch, position, revocations: [revocation], restarted: false });
  }
}

/** What was sent, in short. */
function said({ message }: WatchResponse): unknown {
  if (message?.$case === 'pong') return { pong: message.value.id, readAgeMs: message.value.readAgeMs };
  return message?.$case === 'batch' ? message.value.revocations.map(({ key }) => key) : message?.$case;
}

describe('the stream of a verifier', () => {
  let tail: SpecTail;
  let sent: unknown[];
  let stream: WatchStream;
  const streamTo = (out: ConstructorParameters<typeof WatchStream>[0]['out']) =>
    new WatchStream({
      begin: { verifierId: 'verifier', service: 'users', epoch: '', position: 0n },
      tail,
      keys: { published: [], follow: () => () => undefined },
      out,
      onApplied: () => undefined,
      onProgress: () => undefined,
    });
  beforeEach(() => {
    tail = new SpecTail();
    sent = [];
    const push = (message: WatchResponse) => void sent.push(said(message));
    stream = streamTo({ push, end: () => undefined, waiting: 0 });
  });

  it('echoes a ping with the age of what is sent before it, not of what was read while it waited', () => {
    stream.begin();
    for (const key of ['a', 'b', 'c']) tail.read(key);
    expect(sent).toEqual(['keys', [], ['a'], ['b']]);
    tail.readAgeMs = 60_000;
    stream.ping(1n);
    tail.readAgeMs = 0;
    tail.read('d');
    stream.acknowledge(1n);
    expect(sent.slice(4)).toEqual([['c'], { pong: 1n, readAgeMs: 60_000n }]);
    stream.acknowledge(2n);
    expect(sent.slice(6)).toEqual([['d']]);
  });

  it('echoes a ping that came before anything was read with an age that no lease has', () => {
    tail.readAgeMs = Infinity;
    stream.ping(1n);
    tail.readAgeMs = 0;
    stream.begin();
    expect(sent).toEqual(['keys', [], { pong: 1n, readAgeMs: 3_600_000n }]);
  });

  it('ends for a verifier that pings and does not read, and for none that does', async () => {
    const [unread, read] = [new Outgoing<WatchResponse>(), new Outgoing<WatchResponse>()];
    const reader = read[Symbol.asyncIterator]();
    const [deaf, other] = [streamTo(unread), streamTo(read)];
    for (const each of [deaf, other]) each.begin();
    for (let said = 0; said < 2; said++) await reader.next();
    for (let id = 1n; id <= 10_000n; id++) {
      if (!unread.isOver) deaf.ping(id);
      other.ping(id);
      await reader.next();
    }
    expect(unread.isOver).toBe(true);
    expect(unread.waiting).toBeLessThan(200);
    expect(read.isOver).toBe(false);
  });
});

import { isDeepStrictEqual } from 'node:util';
import { atMost, median, told, type Figure } from '@gatehouse/report';
import { spawnPeer, type Peer } from '../peer.js';
import { interleave, type Measured } from '../rounds.js';
import { CODECS, withTimesAsObjects, type CodecName } from './codecs.js';
import { SIZES, sampleJson, type Size } from './sample.js';
import { FLOOR, type Direction, type Made, type Work } from './work.js';

const NAMES = [...(Object.keys(CODECS) as CodecName[]), FLOOR] as const;
type Name = (typeof NAMES)[number];

const DIRECTIONS: readonly Direction[] = ['wire to JSON', 'JSON to wire'];

const EPOCHS = 3;
const ROUNDS = 30;
const WARM_UP = 10;
/** Messages of a round: about as much work for every size. */
const COUNTS: Readonly<Record<Size, number>> = { 1: 8_000, 20: 600, 200: 60 };

/**
 * Translates lists of 1, 20 and 200 resources between wire format and JSON, with the codec of the gateway and with
 * others, each in a process of its own, once all are seen to make the same of the same.
 */
export async function codecBench(): Promise<readonly Figure[]> {
  const cpu = new Map<string, number[]>();
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const [key, rounds] of await measure()) cpu.set(key, [...(cpu.get(key) ?? []), ...rounds]);
  }
  return DIRECTIONS.flatMap((direction) => SIZES.flatMap((size) => figuresOf(cpu, direction, size)));
}

async function measure(): Promise<Measured<number>> {
  const peers = new Map<Name, Peer>();
  try {
    for (const name of NAMES) {
      const peer = spawnPeer(new URL('./codec-process.js', import.meta.url));
      peers.set(name, peer);
      const made = await peer.ask<readonly Made[]>('start', name);
      if (name !== FLOOR) requireSame(name, made);
    }
    const contestants = DIRECTIONS.flatMap((direction) =>
      SIZES.flatMap((size) =>
        [...peers].map(([name, peer]) => ({
          name: keyOf(name, direction, size),
          round: () => peer.ask<number>('round', { direction, size, count: COUNTS[size] } satisfies Work),
        })),
      ),
    );
    return await interleave(contestants, ROUNDS, WARM_UP);
  } finally {
    await Promise.all([...peers.values()].map((peer) => peer.stop()));
  }
}

/** @throws Error when a contestant makes something else than the gateway's codec does */
function requireSame(name: CodecName, made: readonly Made[]): void {
  const own = CODECS.gatehouse();
  SIZES.forEach((size, index) => {
    const { json = '', wire } = made[index] ?? {};
    const expected = sampleJson(size);
    const value: unknown = name === 'protobufjs' ? withTimesAsObjects(expected) : JSON.parse(expected);
    const isSame =
      isDeepStrictEqual(JSON.parse(json), value) &&
      wire === Buffer.from(own.toWire(Buffer.from(expected))).toString('base64');
    if (!isSame) throw new Error(`${name} translates ${size} resources otherwise`);
  });
}

function figuresOf(cpu: ReadonlyMap<string, readonly number[]>, direction: Direction, size: Size): Figure[] {
  const rounds = (name: Name) => cpu.get(keyOf(name, direction, size)) ?? [];
  const ratio = (peer: Name) =>
    hundredths(median(rounds('gatehouse').map((us, index) => us / (rounds(peer)[index] ?? NaN))));
  const label = `${direction}, ${size} ${size === 1 ? 'item' : 'items'}`;
  return [
    ...NAMES.map((name) => told(`${label}: ${name}`, hundredths(median(rounds(name))), 'us')),
    atMost(1, `${label}: Gatehouse / protobufjs`, ratio('protobufjs'), 'x'),
    told(`${label}: Gatehouse / protobuf-es`, ratio('protobuf-es'), 'x'),
    told(`${label}: Gatehouse / JSON alone`, ratio(FLOOR), 'x'),
  ];
}

function keyOf(name: Name, direction: Direction, size: Size): string {
  return `${name}, ${direction}, ${size}`;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

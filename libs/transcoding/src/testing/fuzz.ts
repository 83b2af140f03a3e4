import {
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
  type DescMessage,
  type FileRegistry,
  type Message,
} from '@bufbuild/protobuf';
import type { Codec } from '../json/codec.js';
import { TranscodingError } from '../transcoding-error.js';
import { messageOf } from './contract.js';
import { COMPARED_TYPES } from './differential.js';
import { MessageGenerator } from './message-generator.js';
import { Random } from './random.js';

/** Pieces that break JSON, or mean something in JavaScript. */
const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  'null',
  'true',
  '0',
  '-',
  '.',
  'e9',
  '1e400',
  '01',
  ' ',
  '\n',
  '\u0000',
  '__proto__',
  '"__proto__":',
  '"a":',
  '"a":1,',
  '9007199254740993',
  '1.0',
  '1e2',
  '"1e2"',
  '"NaN"',
  '-0',
  '""',
  '+',
  'NaN',
  '\ufeff',
  '世',
  '\ud83d',
];

/** A number that protobuf-es, which parses with JSON.parse, rounds, and the codec does not. */
const LONG_NUMBER = /(?<!["\d.])-?\d{16,}(?!["\d])/;

/** How often the codec and protobuf-es agreed, and how often the codec alone was strict. */
export interface FuzzOutcome {
  readonly bothAccept: number;
  readonly bothRefuse: number;
  readonly onlyOracleAccepts: number;
}

/**
 * Reads broken JSON texts, made from right ones, with the codec and with protobuf-es. The codec must answer with a
 * TranscodingError of 400 or with a message; and where it accepts, protobuf-es must accept and read the same,
 * except for the two leniencies in docs/transcoding.md. Throws at the first that does not, naming the seed.
 */
export function fuzzJson(
  registry: FileRegistry,
  codec: Codec,
  seeds: { readonly from: number; readonly count: number },
): FuzzOutcome {
  const outcome = { bothAccept: 0, bothRefuse: 0, onlyOracleAccepts: 0 };
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const random = new Random(seed);
    const message = messageOf(registry, random.pick(COMPARED_TYPES));
    const sample = new MessageGenerator(registry, random).message(message);
    // Through UTF-8, as every body comes, since a text of its own may hold half a surrogate pair.
    const text = Buffer.from(mutate(toJsonString(message, sample, { registry }), random)).toString();
    const own = read(() => fromBinary(message, codec.decodeJson(message, text)));
    const oracle = read(() => fromJsonString(message, text, { registry }));
    if (own instanceof Error && !(own instanceof TranscodingError && own.httpStatus === 400)) {
      throw new Error(`seed ${seed}: ${text}`, { cause: own });
    }
    if (own instanceof Error) outcome[oracle instanceof Error ? 'bothRefuse' : 'onlyOracleAccepts']++;
    else if (oracle instanceof Error) {
      if (!isLeniency(oracle))
        throw new Error(`seed ${seed}: ${message.name} accepted ${text}`, { cause: oracle });
    } else {
      outcome.bothAccept++;
      if (!LONG_NUMBER.test(text) && jsonOf(message, own, registry) !== jsonOf(message, oracle, registry)) {
        throw new Error(`seed ${seed}: ${message.name} reads ${text} otherwise`);
      }
    }
  }
  return outcome;
}

/** protobuf-es writes the host of a type URL anew, and rounds a float only on the wire. */
function jsonOf(message: DescMessage, value: Message, registry: FileRegistry): string {
  const sent = fromBinary(message, toBinary(message, value));
  return toJsonString(message, sent, { registry }).replace(/"@type":"[^"]*\//g, '"@type":"/');
}

/** Field masks in snake case, and integers as strings with a fraction or an exponent. */
function isLeniency(error: Error): boolean {
  return /FieldMask|\((?:u?int|sint|s?fixed)(?:32|64)\)/i.test(error.message);
}

function read<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function mutate(text: string, random: Random, pieces = PIECES): string {
  let mutated = text;
  for (let count = random.below(3); count >= 0; count--) {
    const at = random.below(mutated.length + 1);
    const length = random.below(3);
    const kind = random.below(4);
    if (kind === 0) mutated = mutated.slice(0, at) + random.pick(pieces) + mutated.slice(at);
    else if (kind === 1) mutated = mutated.slice(0, at) + mutated.slice(at + length);
    else if (kind === 2) mutated = mutated.slice(0, at) + random.pick(pieces) + mutated.slice(at + length);
    else mutated = mutated.slice(0, at) + mutated.slice(random.below(mutated.length + 1));
  }
  return mutated;
}

const QUERY_PIECES = [
  '&',
  '=',
  '+',
  '%',
  '%2',
  '%00',
  '%C3',
  '%C3%28',
  '.',
  '..',
  '[0]',
  ';',
  '#',
  '__proto__',
  'constructor.',
  '\u00e9',
  'title=',
  '1e400',
];

/**
 * Gives broken queries, made from right ones, to a decoder, which must answer with a message or with a
 * TranscodingError of 400. Answers how many it accepted. Throws at the first that it takes otherwise, naming the seed.
 */
export function fuzzQuery(
  decode: (query: string) => unknown,
  parameters: readonly string[],
  seeds: { readonly from: number; readonly count: number },
): number {
  let accepted = 0;
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const random = new Random(seed);
    const query = mutate(random.list(4, () => random.pick(parameters)).join('&'), random, QUERY_PIECES);
    const outcome = read(() => decode(query));
    if (!(outcome instanceof Error)) accepted++;
    else if (!(outcome instanceof TranscodingError && outcome.httpStatus === 400)) {
      throw new Error(`seed ${seed}: ${query}`, { cause: outcome });
    }
  }
  return accepted;
}

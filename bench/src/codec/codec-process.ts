import { answer } from '../answer.js';
import { CODECS, type CodecName } from './codecs.js';
import { SIZES, sampleJson, type Size } from './sample.js';
import { FLOOR, type Made, type Work } from './work.js';

type Translate = () => unknown;

let translations: ReadonlyMap<string, Translate>;

answer({
  /** Prepares a contestant. Answers what it makes of each list. */
  start: (name: CodecName | typeof FLOOR) => {
    translations = name === FLOOR ? floor() : translationsOf(name);
    const made = (size: Size): Made => {
      const json = translations.get(`wire to JSON ${size}`)?.() as Uint8Array;
      const wire = translations.get(`JSON to wire ${size}`)?.() as Uint8Array;
      return { json: Buffer.from(json).toString(), wire: Buffer.from(wire).toString('base64') };
    };
    return name === FLOOR ? [] : SIZES.map(made);
  },
  /** Answers microseconds of CPU per message. */
  round: ({ direction, size, count }: Work) => {
    const translate = translations.get(`${direction} ${size}`) as Translate;
    const before = process.cpuUsage();
    for (let index = 0; index < count; index++) translate();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  },
});

function translationsOf(name: CodecName): Map<string, Translate> {
  const { json, toJson, toWire } = CODECS[name]();
  const translate = new Map<string, Translate>();
  for (const size of SIZES) {
    const text = Buffer.from(json(size));
    const wire = Buffer.from(toWire(text));
    translate.set(`JSON to wire ${size}`, () => toWire(text));
    translate.set(`wire to JSON ${size}`, () => toJson(wire));
  }
  return translate;
}

function floor(): Map<string, Translate> {
  const translate = new Map<string, Translate>();
  for (const size of SIZES) {
    const text = sampleJson(size);
    const value: unknown = JSON.parse(text);
    translate.set(`JSON to wire ${size}`, () => JSON.parse(text));
    translate.set(`wire to JSON ${size}`, () => JSON.stringify(value));
  }
  return translate;
}

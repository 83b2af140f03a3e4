/** An issued header has 3 members, issued claims about 10. */
const MAX_MEMBERS = 64;
/** Enough for a chain of actors (RFC 8693 section 4.1); issued claims have a depth of 1. */
const MAX_DEPTH = 8;
/** Names that mean something to JavaScript objects; code that merges claims must never meet them. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const ARRAY_START = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT_START = 0x7b;
const OBJECT_END = 0x7d;

/**
 * Whether every object in a JSON text names each member once, uses no reserved name, and the whole stays within
 * 64 members and a depth of 8. `JSON.parse` silently takes the last of two equal members, so two readers may
 * disagree about what was signed (RFC 7515 section 4, RFC 8259 section 4).
 *
 * One pass without recursion that stops at the first fault.
 *
 * @param json a text that `JSON.parse` has accepted; the grammar is not checked again
 */
export function hasPlainMembers(json: string): boolean {
  /** The names seen in each open container; an array has none. */
  const open: (Set<string> | undefined)[] = [];
  let members = 0;
  let nameExpected = false;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE: {
        const end = closingQuote(json, at);
        if (nameExpected) {
          // Decoded first: "\u0061lg" and "alg" are the same name.
          const name = JSON.parse(json.slice(at, end + 1)) as string;
          const seen = open.at(-1);
          if (++members > MAX_MEMBERS || RESERVED.has(name) || seen?.has(name)) return false;
          seen?.add(name);
          nameExpected = false;
        }
        at = end;
        break;
      }
      case OBJECT_START:
        if (open.push(new Set()) > MAX_DEPTH) return false;
        nameExpected = true;
        break;
      case ARRAY_START:
        if (open.push(undefined) > MAX_DEPTH) return false;
        nameExpected = false;
        break;
      case COMMA:
        nameExpected = open.at(-1) !== undefined;
        break;
      case OBJECT_END:
      case ARRAY_END:
        open.pop();
        nameExpected = false;
        break;
    }
  }
  return true;
}

function closingQuote(json: string, opening: number): number {
  let at = opening + 1;
  while (json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

import { tagOf, WireType } from '../wire/wire-writer.js';
import { invalid, type DecodeContext } from './decode-context.js';
import { hasSpecialJson } from './well-known.js';

const MAX_LOOK_AHEAD = 4;

/**
 * google.protobuf.Any: an object with `@type`, which may stand anywhere in it, and the members of that
 * message, or `value` where its JSON form is no object of its own.
 */
export function readAny(context: DecodeContext): void {
  const { cursor, writer, registry } = context;
  if (cursor.kind() !== 'object') throw invalid(context, 'must be an object');
  const typeUrl = findType(context);
  if (typeUrl === undefined) return;
  const message = registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (!typeUrl.includes('/') || message === undefined)
    throw invalid(context, 'has an unknown @type', 'ANY_TYPE_UNKNOWN');
  writer.varint(tagOf(1, WireType.LEN));
  writer.string(typeUrl);
  writer.varint(tagOf(2, WireType.LEN));
  const start = writer.open();
  if (hasSpecialJson(message)) {
    let given = false;
    let typed = false;
    for (let more = cursor.beginObject(); more; more = cursor.nextMember()) {
      const key = cursor.key();
      if (key === '@type') {
        if (typed) throw invalid(context, 'has @type twice', 'FIELD_DUPLICATE');
        typed = true;
        cursor.skip();
      } else if (key === 'value' && !given) {
        given = true;
        context.readers.get(message)(context);
      } else {
        context.path.push(key);
        throw invalid(context, 'is neither @type nor value', 'FIELD_UNKNOWN');
      }
    }
    if (!given) throw invalid(context, 'must hold @type and value');
  } else {
    context.readers.readObject(message, context, true);
  }
  writer.close(start);
}

/**
 * Looks ahead with a cursor of its own, no further than `@type`, which printers put first. Undefined, and the object
 * passed over, for `{}`: an empty Any.
 */
function findType(context: DecodeContext): string | undefined {
  const { cursor } = context;
  const ahead = cursor.fork();
  if (!ahead.beginObject()) {
    cursor.skip();
    return undefined;
  }
  let looked = cursor.at;
  do {
    if (ahead.key() === '@type') {
      if (ahead.kind() !== 'string') throw invalid(context, 'must have a string as @type');
      return ahead.string();
    }
    ahead.skip();
    spend(context, ahead.at - looked);
    looked = ahead.at;
  } while (ahead.nextMember());
  throw invalid(context, 'must have an @type');
}

/**
 * An Any within an Any within an Any, each with `@type` last, would be read once for every level. Nobody writes
 * that; what is looked at twice may not exceed a few times the text.
 */
function spend(context: DecodeContext, bytes: number): void {
  context.lookedAhead += bytes;
  if (context.lookedAhead > MAX_LOOK_AHEAD * context.cursor.bytes.length) {
    throw invalid(context, 'must have its @type first', 'ANY_TYPE_TOO_LATE');
  }
}

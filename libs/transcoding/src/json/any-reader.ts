import { tagOf, WireType } from '../wire/wire-writer.js';
import { invalid, type DecodeContext } from './decode-context.js';
import { hasSpecialJson } from './well-known.js';

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
    for (let more = cursor.beginObject(); more; more = cursor.nextMember()) {
      const key = cursor.key();
      if (key === '@type') cursor.skip();
      else if (key === 'value' && !given) {
        given = true;
        context.readers.get(message)(context);
      } else throw invalid(context, 'must hold @type and value', 'FIELD_UNKNOWN');
    }
    if (!given) throw invalid(context, 'must hold @type and value');
  } else {
    context.readers.readObject(message, context, true);
  }
  writer.close(start);
}

/** Looks ahead with a cursor of its own. Undefined, and the object passed over, for `{}`: an empty Any. */
function findType(context: DecodeContext): string | undefined {
  const { cursor } = context;
  const ahead = cursor.fork();
  let typeUrl: string | undefined;
  let members = 0;
  for (let more = ahead.beginObject(); more; more = ahead.nextMember()) {
    members++;
    if (ahead.key() !== '@type') ahead.skip();
    else {
      if (typeUrl !== undefined) throw invalid(context, 'has @type twice', 'FIELD_DUPLICATE');
      if (ahead.kind() !== 'string') throw invalid(context, 'must have a string as @type');
      typeUrl = ahead.string();
    }
  }
  if (typeUrl === undefined) {
    if (members > 0) throw invalid(context, 'must have an @type');
    cursor.skip();
  }
  return typeUrl;
}

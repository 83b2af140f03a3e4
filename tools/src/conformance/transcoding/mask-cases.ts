import { bodyFieldMask, createCodec } from '@gatehouse/transcoding';
import { contract, messageOf } from '@gatehouse/transcoding/testing';
import { UnknownMessageType } from './case-contract.js';
import type { TranscodingCase } from './corpus.js';
import { expectationOf } from './corpus.js';
import { ENUMS, MESSAGES, messageNamed } from './message-types.js';
import { differs, judgeRefusal } from './outcome.js';
import type { Disagreement } from './outcome.js';

/** The mask that a PATCH body stands for. `request_type` is here the type of the body. */
export function runMask(testCase: TranscodingCase): Disagreement {
  const expect = expectationOf(testCase);
  const name = messageNamed(testCase.request_type ?? '');
  if (name === undefined) throw new UnknownMessageType(testCase.request_type);
  const registry = contract({ messages: MESSAGES, enums: ENUMS });
  const message = messageOf(registry, name);
  const body = testCase.request?.body ?? '';
  return judgeRefusal(expect, () => {
    // The Any of one case holds a type that the file does not describe.
    if (body !== '' && !body.includes('"@type"')) createCodec(registry).decodeJson(message, body);
    const mask = body === '' ? [] : bodyFieldMask(message, Buffer.from(body));
    return differs('update_mask', mask, [...(expect.update_mask ?? [])].sort());
  });
}

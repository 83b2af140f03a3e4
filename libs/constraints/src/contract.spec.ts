import { fromBinary, toBinary, type DescMessage, type Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { contract } from '@gatehouse/contracts';
import * as auth from '@gatehouse/contracts/auth';
import * as resources from '@gatehouse/contracts/resources';
import * as users from '@gatehouse/contracts/users';
import { compileConstraints } from './index.js';
import { toMessageObject } from './spec/message-object.js';
import { actualLines, expectedLines } from './spec/oracle.js';
import { randomMessage, seededRandom } from './spec/random-message.js';

const ROUNDS = 150;
const CODECS: Readonly<Record<string, object>> = {
  'gatehouse.auth.v1': auth,
  'gatehouse.users.v1': users,
  'gatehouse.resources.v1': resources,
};

/** What the generated code makes of the bytes of a message. */
function decode(desc: DescMessage, message: Message): object {
  const codecs = CODECS[desc.file.proto.package] as Record<string, { decode(bytes: Uint8Array): object }>;
  const codec = codecs[desc.name];
  if (!codec) throw new Error(`no generated code for ${desc.typeName}`);
  return codec.decode(toBinary(desc, message));
}

const services = [...contract].filter((type) => type.kind === 'service');
const requests = services
  .filter(({ typeName }) => typeName.startsWith('gatehouse.'))
  .flatMap(({ methods }) => methods.map(({ input }) => input));

describe('the contract', () => {
  const constraints = compileConstraints(contract);

  it('has requests to check', () => {
    expect(requests.length).toBeGreaterThan(10);
  });

  it.each(requests.map((desc) => [desc.typeName, desc] as const))(
    '%s is checked as protovalidate does',
    (_, desc) => {
      const random = seededRandom(desc.typeName);
      let refused = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const message = randomMessage(desc, random);
        // As it arrives: what the wire does not carry is gone.
        const arrived = fromBinary(desc, toBinary(desc, message));
        const object = decode(desc, message);
        expect(toMessageObject(reflect(desc, arrived))).toEqual(object);
        const expected = expectedLines(desc, arrived);
        expect({ object, lines: actualLines(constraints, desc, object) }).toEqual({
          object,
          lines: expected,
        });
        if (expected.length > 0) refused++;
      }
      expect(refused > 0).toBe(constraints.check(desc.typeName) !== undefined);
    },
  );

  it('refuses and admits a GetResourceRequest', () => {
    const check = constraints.check('gatehouse.resources.v1.GetResourceRequest');
    expect(check?.({ id: '018f2b7e-8d1a-7c3e-9b1a-0123456789ab' })).toEqual([]);
    expect(check?.({ id: '' })).toMatchObject([{ field: 'id', reason: 'required' }]);
    expect(check?.({ id: 'x' })).toMatchObject([{ field: 'id', reason: 'string.uuid' }]);
  });
});

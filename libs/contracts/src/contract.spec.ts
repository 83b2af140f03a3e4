import type { ServiceDefinition } from '@grpc/grpc-js';
import * as auth from './gen/auth.js';
import * as resources from './gen/resources.js';
import * as users from './gen/users.js';
import { contract } from './index.js';

const generated = Object.entries({ ...auth, ...resources, ...users })
  .filter(([name]) => name.endsWith('ServiceService'))
  .map(([, definition]) => definition as unknown as ServiceDefinition);

/** Every gRPC path with its streaming, as the generated code and as the descriptors have it. */
const fromCode = generated.flatMap((definition) =>
  Object.values(definition).map(({ path, requestStream, responseStream }) => ({
    path,
    requestStream,
    responseStream,
  })),
);
const fromDescriptors = [...contract.files]
  .filter((file) => file.proto.package.startsWith('gatehouse.'))
  .flatMap((file) => file.services)
  .flatMap((service) => service.methods)
  .map(({ parent, name, methodKind }) => ({
    path: `/${parent.typeName}/${name}`,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
  }));

describe('the contract', () => {
  it('says the same in the generated code and in the descriptor set', () => {
    const sorted = (methods: typeof fromCode) => methods.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect(sorted(fromCode)).toEqual(sorted(fromDescriptors));
    expect(fromCode.length).toBeGreaterThan(20);
  });

  it('resolves its own options', () => {
    for (const name of ['gatehouse.access.v1.rule', 'google.api.http', 'buf.validate.field']) {
      expect(contract.getExtension(name)?.typeName).toBe(name);
    }
  });
});

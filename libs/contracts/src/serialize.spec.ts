import { ListResourcesResponse, Resource } from './gen/resources.js';
import { Status } from './gen/rpc.js';
import { serialize } from './serialize.js';

const resource = (content: string) => Resource.fromPartial({ id: 'id', content, createTime: new Date(0) });
const alone = (message: Resource) => Buffer.from(Resource.encode(message).finish());

describe('a message that is serialized', () => {
  it.each([0, 1, 127, 128, 5_000, 300_000])('is what it is alone, with %i characters in it', (length) => {
    for (const message of [resource('x'.repeat(length)), resource('next')])
      expect(serialize(Resource, message).equals(alone(message))).toBe(true);
  });

  it('stays as it is when others are', () => {
    const first = serialize(Resource, resource('first'));
    serialize(Resource, resource('other'));
    expect(first).toEqual(alone(resource('first')));
  });

  it('holds nothing of one that could not be', () => {
    const broken = { ...resource('broken'), visibility: 1.5 };
    expect(() => serialize(ListResourcesResponse, { resources: [broken], nextPageToken: '' })).toThrow();
    expect(serialize(Status, Status.fromPartial({ code: 5 }))).toEqual(Buffer.from([8, 5]));
  });
});

import { contract } from '@gatehouse/contracts';
import { compileRoutes } from '@gatehouse/transcoding';
import { describe, expect, it } from '@jest/globals';
import { readExpressions } from './expressions.js';

const ours = (typeName: string) => typeName.startsWith('gatehouse.');
const { routes } = compileRoutes(contract, { services: ({ typeName }) => ours(typeName) });
const methods = [...contract].flatMap((file) =>
  file.kind === 'service' && ours(file.typeName) ? file.methods : [],
);

/** What of this a series has, by its label, and what of it are streams. Over HTTP methods are called by name as well. */
const LABELS = {
  http_route: routes.flatMap(({ template, rpc }) =>
    [template.text, `/${rpc.parent.typeName}/${rpc.name}`].map((value) => ({ value, kind: rpc.methodKind })),
  ),
  rpc_method: methods.map(({ name, methodKind }) => ({ value: name, kind: methodKind })),
};

// A stream lasts as long as its caller likes, which says nothing of how fast anything is.
describe.each([
  ['http_server_request_duration_seconds_bucket', 'http_route'],
  ['rpc_server_call_duration_seconds_bucket', 'rpc_method'],
] as const)('how long things take, by %s', (metric, label) => {
  it('leaves streams out, and nothing else, where all are taken together', async () => {
    const all = (await readExpressions()).filter(
      ({ text }) =>
        text.includes('histogram_quantile') &&
        text.includes(metric) &&
        !new RegExp(`by \\([^)]*${label}`).test(text),
    );
    expect(all.length).toBeGreaterThan(0);
    for (const { where, text } of all) {
      const [, pattern] = new RegExp(`${metric}\\{${label}!~"([^"]*)"\\}`).exec(text) ?? [];
      const isLeftOut = new RegExp(`^(?:${pattern})$`);
      const leftOut = LABELS[label].filter(({ value }) => isLeftOut.test(value));
      const streams = LABELS[label].filter(({ kind }) => kind !== 'unary');
      expect([where, leftOut]).toEqual([where, streams]);
    }
  });
});

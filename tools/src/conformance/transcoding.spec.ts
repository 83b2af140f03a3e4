import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { succeeded } from './report.js';
import { runTranscoding } from './transcoding.js';
import type { Expectation, TranscodingCase, TranscodingCorpus } from './transcoding/corpus.js';

const FILE = new URL('../../../libs/transcoding/conformance/transcoding.json', import.meta.url);
const corpus = JSON.parse(await readFile(FILE, 'utf8')) as TranscodingCorpus;

/** A group's first case, expecting something else. */
function spoilt(group: string, expectation: Expectation): TranscodingCorpus {
  const testCase = corpus.cases.find((candidate) => candidate.group === group);
  if (testCase === undefined) throw new Error(`no case of ${group}`);
  return { ...corpus, cases: [{ ...testCase, recommended_expect: expectation }] };
}

describe('the transcoding cases', () => {
  it('all agree, and all are run', () => {
    const report = runTranscoding(corpus);
    expect(report.results.filter(({ verdict }) => verdict !== 'agreed')).toEqual([]);
    expect(succeeded(report)).toBe(true);
  });

  it('have rules that a gateway starts with', () => {
    const rule = { method: 'POST', path: '/v1/{parent=shelves/*}/books', body: 'book' };
    const valid = { id: '1', group: 'rule-valid', http_rule: rule, request: null, expect: { rule: 'valid' } };
    const report = runTranscoding({ ...corpus, cases: [valid as TranscodingCase] });
    expect(report.results).toMatchObject([{ verdict: 'agreed' }]);
  });

  it.each<[string, Expectation]>([
    ['template-valid', { template: 'invalid' }],
    ['template-valid', { template: 'valid', segments: ['other'], verb: null, variables: [] }],
    ['template-invalid', { template: 'valid' }],
    ['rule-invalid', { rule: 'valid' }],
    ['path-match', { matched: false, error: { http: 404, grpc: 'NOT_FOUND' } }],
    ['path-match', { matched: true, rpc: 'Other', bindings: {} }],
    ['percent-decoding', { matched: true, rpc: 'S', bindings: { x: 'other' } }],
    [
      'query',
      { matched: true, rpc: 'ABC', bindings: { x: 'hello', y: 'endpoints', z: 'server', t: 'other' } },
    ],
    ['query-error', { matched: true, rpc: 'P3', bindings: { uint64_value: '1' } }],
    ['body', { matched: true, rpc: 'CreateShelf', bindings: { 'shelf.theme': 'Adults' } }],
    ['body-error', { matched: true, rpc: 'CreateShelf', error: { http: 415, grpc: 'INVALID_ARGUMENT' } }],
    [
      'httpbody',
      {
        matched: true,
        rpc: 'GetIndex',
        response: { grpc_message: { content_type: 'text/html' }, body: 'other' },
      },
    ],
    ['streaming', { matched: true, rpc: 'ListBooks', response: { grpc_messages: [], body: '[{}]' } }],
    ['status-map', { matched: true, rpc: 'GetShelf', response: { http: 204 } }],
    ['response-json', { matched: true, rpc: 'GetAuthor', response: { body: '{}' } }],
    ['headers', { matched: true, rpc: 'X', deadline_ms: 1 }],
    ['patch-mask', { matched: true, rpc: 'UpdateV2', update_mask: [] }],
  ])('%s fails when something else is expected', (group, expectation) => {
    const report = runTranscoding(spoilt(group, expectation));
    expect(report.results.map(({ verdict }) => verdict)).toEqual(['failed']);
    expect(succeeded(report)).toBe(false);
  });
});

import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AttackCase, Corpus } from './corpus.js';
import { ownCorpus } from './own-corpus.js';
import { succeeded } from './report.js';
import type { ConformanceReport } from './report.js';
import { runTokens } from './tokens.js';

const corpus = ownCorpus();

function corpusOf(...cases: AttackCase[]): Corpus {
  return { ...corpus, cases };
}

function caseNamed(id: string): AttackCase {
  const found = corpus.cases.find((attackCase) => attackCase.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}

describe('the attack cases of Gatehouse', () => {
  let report: ConformanceReport;

  beforeAll(async () => {
    report = await runTokens(corpus);
  });

  it('all agree that the verifier decides alone', () => {
    const alone = new Set(corpus.cases.filter(({ layer }) => layer === 'verifier').map(({ id }) => id));
    const disagreeing = report.results.filter(({ id, verdict }) => alone.has(id) && verdict !== 'agreed');
    expect(disagreeing).toEqual([]);
    expect(alone.size).toBe(184);
  });

  it.each(['key-pending', 'sta-cold', 'ok-auth-down'])('agree about the state of the keys: %s', (id) => {
    expect(report.results.find((result) => result.id === id)?.verdict).toBe('agreed');
  });

  it('are each counted once, and none fails', () => {
    expect(report.results.map(({ id }) => id).toSorted()).toEqual(
      corpus.cases.map(({ id }) => id).toSorted(),
    );
    expect(report.results.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  });

  it('open no connection and get one text', () => {
    const figure = (name: string) => report.figures.find((one) => one.name === name)?.value;
    expect(figure('verifier: connections opened')).toBe(0);
    expect(figure('verifier: different texts of a refusal')).toBe(1);
  });
});

describe('runTokens', () => {
  const accepted = caseNamed('ok-plain');
  const refused = caseNamed('clm-sub-wildcard');

  it.each([
    ['a refusal where acceptance is expected', { ...refused, expected: accepted.expected }],
    ['an acceptance where refusal is expected', { ...accepted, expected: refused.expected }],
    [
      'another status than the expected',
      { ...refused, expected: { decision: 'reject', grpc: 'UNAVAILABLE' } },
    ],
    ['an operation that is not known', { ...refused, build: [{ op: 'unheard-of' }] }],
    ['an assertion that is not known', { ...refused, alsoAssert: 'the moon is full' }],
    ['a key state that comes out otherwise', { ...caseNamed('sta-cold'), expected: accepted.expected }],
  ])('counts %s as failed', async (_what, attackCase) => {
    const report = await runTokens(corpusOf(attackCase as AttackCase));
    expect(report.results.map(({ verdict }) => verdict)).toEqual(['failed']);
    expect(succeeded(report)).toBe(false);
  });

  it('refuses what was remembered of a key that is removed', async () => {
    const removed: AttackCase = {
      ...caseNamed('key-pending'),
      id: 'key-removed',
      build: [
        { op: 'header', set: { kid: '$kid:compromised' } },
        { op: 'sign', with: 'compromised' },
      ],
    };
    const report = await runTokens(corpusOf(removed));
    expect(report.results).toMatchObject([{ id: 'key-removed', verdict: 'agreed' }]);
  });

  it('says of what needs a running system that there is none', async () => {
    const report = await runTokens(
      corpusOf(caseNamed('tra-query'), caseNamed('sta-family'), caseNamed('azn-acr')),
    );
    expect(report.results.map(({ verdict, detail }) => [verdict, detail])).toEqual(
      Array.from({ length: 3 }, () => ['not applicable', 'needs a running system']),
    );
  });
});

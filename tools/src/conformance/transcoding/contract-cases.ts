import { compileRoutes, ContractError, parseTemplate, TemplateError } from '@gatehouse/transcoding';
import { contract } from '@gatehouse/transcoding/testing';
import { ruleText, tableOf } from './case-contract.js';
import type { TranscodingCase, TranscodingCorpus } from './corpus.js';
import { expectationOf } from './corpus.js';
import { differs, first } from './outcome.js';
import type { Disagreement } from './outcome.js';

/** A template that parses, or does not. */
export function runTemplate(testCase: TranscodingCase): Disagreement {
  const expect = expectationOf(testCase);
  try {
    const template = parseTemplate(testCase.http_rule?.path ?? '');
    if (expect.template !== 'valid') return 'the template parses';
    const segments = template.segments.map((segment) =>
      segment.kind === 'literal' ? segment.text : segment.kind === 'star' ? '*' : '**',
    );
    const variables = template.variables.map(({ path, start, end }) => ({
      field: path.join('.'),
      start,
      end,
    }));
    return first(
      differs('segments', segments, expect.segments),
      differs('verb', template.verb ?? null, expect.verb),
      differs('variables', variables, expect.variables),
    );
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return expect.template === 'invalid' ? undefined : error.message;
  }
}

/** A rule that a gateway starts with, or that must keep it from starting, naming the RPC. */
export function runRule(testCase: TranscodingCase, corpus: TranscodingCorpus): Disagreement {
  const expect = expectationOf(testCase);
  if (testCase.http_rule === null) return 'the case has no rule';
  const rpcs = [{ name: 'Faulty', input: 'Empty', output: 'Empty', http: ruleText(testCase.http_rule) }];
  try {
    if (expect.rule === 'valid') tableOf(testCase, corpus);
    else compileRoutes(contract({ messages: {}, rpcs }));
    return expect.rule === 'invalid' ? 'the rule is accepted' : undefined;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    if (expect.rule !== 'invalid') return error.message;
    return error.message.includes('TestService.Faulty')
      ? undefined
      : `the RPC is not named: ${error.message}`;
  }
}

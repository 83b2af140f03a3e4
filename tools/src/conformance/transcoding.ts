import type { CaseResult, ConformanceReport } from './report.js';
import { tableOf, UnknownMessageType } from './transcoding/case-contract.js';
import { runRule, runTemplate } from './transcoding/contract-cases.js';
import type { TranscodingCase, TranscodingCorpus } from './transcoding/corpus.js';
import { runExchange } from './transcoding/exchange.js';
import { runHeaders, runPreflight } from './transcoding/header-cases.js';
import { runMask } from './transcoding/mask-cases.js';
import type { Disagreement } from './transcoding/outcome.js';

/**
 * Runs transcoding cases against the library: templates through the parser, everything else from the request line
 * through router and codecs to the response, with descriptors made for the message types of the file. Where a case
 * has a `recommended_expect`, that is what must come of it.
 */
export function runTranscoding(corpus: TranscodingCorpus): ConformanceReport {
  return { results: corpus.cases.map((testCase) => judge(testCase, corpus)), figures: [] };
}

function judge(testCase: TranscodingCase, corpus: TranscodingCorpus): CaseResult {
  const { id, group } = testCase;
  try {
    const detail = run(testCase, corpus);
    return detail === undefined ? { id, group, verdict: 'agreed' } : { id, group, verdict: 'failed', detail };
  } catch (error) {
    if (error instanceof UnknownMessageType) {
      return { id, group, verdict: 'not applicable', detail: `the file does not describe ${error.message}` };
    }
    return { id, group, verdict: 'failed', detail: `could not be run: ${String(error)}` };
  }
}

function run(testCase: TranscodingCase, corpus: TranscodingCorpus): Disagreement {
  switch (testCase.group) {
    case 'template-valid':
    case 'template-invalid':
      return runTemplate(testCase);
    case 'rule-valid':
    case 'rule-invalid':
      return runRule(testCase, corpus);
    case 'headers':
      return runHeaders(testCase);
    case 'patch-mask':
      return runMask(testCase);
    default:
      if (testCase.request?.method === 'OPTIONS') return runPreflight(testCase, tableOf(testCase, corpus));
      return runExchange(testCase, tableOf(testCase, corpus));
  }
}

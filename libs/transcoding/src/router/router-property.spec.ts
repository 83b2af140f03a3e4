import { describe, expect, it } from '@jest/globals';
import { compileRoutes } from '../routes/compile-routes.js';
import { parseTemplate } from '../routes/parse-template.js';
import type { Route } from '../routes/route.js';
import { erasedShape } from '../routes/template.js';
import { contract, type RuleText } from '../testing/contract.js';
import { Random } from '../testing/random.js';
import { referenceMatch, type ReferenceMatch } from '../testing/reference-router.js';
import { Router, type RouteMatch } from './router.js';

const TABLES = 400;
const PATHS_PER_TABLE = 60;
const METHODS = ['GET', 'POST', 'HEAD', '*'];

function randomTemplate(random: Random): string {
  const variables = ['x', 'y', 'z'];
  const parts: string[] = [];
  let ended = false;
  for (let count = random.below(4); count > 0; count--) {
    const literal = random.pick(['a', 'b', 'c']);
    const choice = ended ? 0 : random.below(7);
    if (choice <= 2) parts.push(literal);
    else if (choice === 3) parts.push('*');
    else {
      const variable = variables.pop();
      if (choice === 4) parts.push(`{${variable}}`);
      else if (choice === 5) parts.push(`{${variable}=${literal}/*}`);
      else {
        ended = true;
        parts.push(
          random.pick(['**', `{${variable}=**}`, `{${variable}=${literal}/**/b}`, `{${variable}=*/**}`]),
        );
      }
    }
  }
  return `/${parts.join('/')}${parts.length > 0 && random.chance(25) ? random.pick([':v', ':w', ':v:w']) : ''}`;
}

function randomPath(random: Random): string {
  const parts = random.list(5, () =>
    random.pick(['a', 'b', 'c', 'd', 'a:v', 'b:w', 'c:v:w', 'e%2Ff', ...(random.chance(10) ? [''] : [])]),
  );
  return `/${parts.join('/')}${random.chance(15) ? random.pick([':v', ':w', ':v:w', '/']) : ''}`;
}

function randomRoutes(random: Random): readonly Route[] {
  const seen = new Set<string>();
  const rules: RuleText[] = [];
  for (let count = 1 + random.below(12); count > 0; count--) {
    const path = randomTemplate(random);
    const kind = random.pick(METHODS);
    const key = `${kind} ${erasedShape(parseTemplate(path))}`;
    if (!seen.has(key)) rules.push({ custom: { kind, path } });
    seen.add(key);
  }
  const rpcs = rules.map((http, index) => ({ name: `M${index}`, input: 'Request', output: 'Request', http }));
  return compileRoutes(contract({ messages: { Request: 'x:string y:string z:string' }, rpcs })).routes;
}

function outcome(match: RouteMatch): string[] {
  return match.kind === 'match' ? [match.route.rpcName, ...match.values] : [];
}

function expectedOutcome(match: ReferenceMatch | undefined): string[] {
  if (match === undefined) return [];
  const values = match.route.variables.map(({ singleSegment }, index) => {
    const raw = match.raw[index] ?? '';
    return singleSegment ? decodeURIComponent(raw) : raw;
  });
  return [match.route.rpcName, ...values];
}

describe('the router', () => {
  it('answers what a slow and obvious matcher answers, for random tables and paths', () => {
    let matches = 0;
    for (let seed = 1; seed <= TABLES; seed++) {
      const random = new Random(seed);
      const routes = randomRoutes(random);
      const router = new Router({ routes, strictVerbs: false });
      for (let count = 0; count < PATHS_PER_TABLE; count++) {
        const path = randomPath(random);
        for (const method of ['GET', 'POST', 'HEAD']) {
          const expected = referenceMatch(routes, method, path);
          const actual = router.match(method, path);
          matches += expected === undefined ? 0 : 1;
          // Names and values only: a descriptor is too large to print.
          const [is, should] = [outcome(actual).join(' '), expectedOutcome(expected).join(' ')];
          if (is !== should) {
            const templates = routes.map((route) => `${route.method} ${route.template.text}`).join(', ');
            throw new Error(`seed ${seed}: ${method} ${path} is ${is}, not ${should}, in ${templates}`);
          }
        }
      }
    }
    // A property that is never exercised proves nothing.
    expect(matches).toBeGreaterThan(5000);
  });
});

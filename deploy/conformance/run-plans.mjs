// Runs plans at a running suite, one module after another, and writes what came of them to standard output, as a table;
// with what the suite has against each module to standard error.
// Usage: run-plans.mjs SUITE_URL CONFIGURATION PLAN..., with a configuration of make-plan.mjs.
import { readFile } from 'node:fs/promises';

const STATIC = { client_registration: 'static_client' };

/** What is chosen where the suite leaves a choice. */
const VARIANTS = {
  'oidcc-basic-certification-test-plan': { server_metadata: 'discovery', ...STATIC },
  'oidcc-config-certification-test-plan': {},
  'oidcc-rp-initiated-logout-certification-test-plan': { response_type: 'code', ...STATIC },
  'oidcc-backchannel-rp-initiated-logout-certification-test-plan': { response_type: 'code', ...STATIC },
  'fapi2-security-profile-final-test-plan': {
    client_auth_type: 'private_key_jwt',
    sender_constrain: 'dpop',
    authorization_request_type: 'simple',
    openid: 'openid_connect',
    fapi_profile: 'plain_fapi',
  },
};

const OUTCOMES = ['PASSED', 'WARNING', 'REVIEW', 'SKIPPED', 'FAILED', 'STUCK'];
const MODULE_SECONDS = 240;

const [suite, configurationFile, ...plans] = process.argv.slice(2);
if (plans.length === 0 || plans.some((plan) => !(plan in VARIANTS)))
  throw new Error(`usage: run-plans.mjs SUITE_URL CONFIGURATION PLAN..., of ${Object.keys(VARIANTS)}`);
const configuration = await readFile(configurationFile, 'utf8');

console.log(row('plan', 'modules', ...OUTCOMES.map((outcome) => outcome.toLowerCase())));
console.log(row(...['plan', 'modules', ...OUTCOMES].map(() => '---')));
for (const plan of plans) {
  const chosen = query('planName', plan, VARIANTS[plan]);
  const { id, modules } = await call('POST', 'api/plan', chosen, configuration);
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
  for (const { testModule, variant } of modules) counts[await run(id, testModule, variant)]++;
  console.log(row(`\`${plan}\``, modules.length, ...Object.values(counts)));
}

function row(...cells) {
  return `| ${cells.join(' | ')} |`;
}

/** Runs a module and says what is wrong with it. @returns one of {@link OUTCOMES} */
async function run(plan, testModule, variant) {
  const { id } = await call('POST', 'api/runner', { ...query('test', testModule, variant), plan });
  const outcome = await outcomeOf(id);
  if (outcome === 'STUCK') await call('DELETE', `api/runner/${id}`);
  console.error(`${outcome.padEnd(8)} ${testModule} ${id}`);
  for (const { result, src, msg } of await call('GET', `api/log/${id}`))
    if (['WARNING', 'FAILURE'].includes(result))
      console.error(`         ${result} ${src}: ${String(msg).split('\n')[0]}`);
  return outcome;
}

async function outcomeOf(id) {
  const until = Date.now() + MODULE_SECONDS * 1_000;
  while (Date.now() < until) {
    const { status, result } = await call('GET', `api/info/${id}`);
    if (status === 'INTERRUPTED') return 'FAILED';
    if (status === 'FINISHED') return result;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return 'STUCK';
}

function query(as, name, variant) {
  return { [as]: name, ...(variant && { variant: JSON.stringify(variant) }) };
}

async function call(method, path, parameters = {}, body) {
  const url = new URL(path, suite);
  url.search = new URLSearchParams(parameters).toString();
  const headers = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

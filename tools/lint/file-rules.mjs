const MAX_LINES = 300;
const MAX_SPEC_LINES = 500;
const CATCH_ALL = /(^|\/)(utils?|common|helpers?|misc|base)(\/|\.ts$)/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.(ts|mjs)$/;

/** Returns what is wrong with one source file, a sentence each. */
export function checkFile(path, text) {
  const breaches = [];
  const name = path.split('/').at(-1);
  const isSpec = /\.spec\.ts$/.test(path);
  const lines = text.split('\n').length - 1;
  const most = isSpec ? MAX_SPEC_LINES : MAX_LINES;
  if (lines > most) breaches.push(`${path}: ${lines} lines; ${most} are the ceiling`);
  if (CATCH_ALL.test(path)) breaches.push(`${path}: the name explains nothing`);
  if (!KEBAB.test(name)) breaches.push(`${path}: file names are kebab-case`);
  if (/process\.env\b/.test(code(text)) && !mayReadEnvironment(path)) {
    breaches.push(`${path}: process.env belongs into config.ts`);
  }
  if (/\bsql(<[^`]*>)?`/.test(code(text)) && !mayHoldSql(path))
    breaches.push(`${path}: SQL belongs into a *.store.ts`);
  // Jest asks for default exports in its configuration and global set-up.
  if (/^export default /m.test(text) && !/config\.mjs$|\/jest\//.test(path)) {
    breaches.push(`${path}: exports have names`);
  }
  return breaches;
}

function mayReadEnvironment(path) {
  return (
    /(^|\/)config\.ts$/.test(path) ||
    /\.spec\.ts$/.test(path) ||
    /^(tools|e2e|bench|libs\/testing)\//.test(path)
  );
}

function mayHoldSql(path) {
  return (
    /\.store\.ts$/.test(path) ||
    /\.spec\.ts$|\/spec\//.test(path) ||
    /^(libs\/postgres|libs\/migrations|tools|e2e|bench|libs\/testing)\//.test(path)
  );
}

/** The text without its comments. */
function code(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

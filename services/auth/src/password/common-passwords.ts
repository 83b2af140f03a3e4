/** Long ones that the published lists of leaked passwords, which are short for the most part, leave out. */
const LONG = [
  'administrator123',
  'changemechangeme',
  'correct horse battery staple',
  'correcthorsebatterystaple',
  'iloveyousomuch123',
  'letmeinplease123',
  'mynameismyname',
  'passwordispassword',
  'thequickbrownfox',
  'the quick brown fox',
  'thequickbrownfoxjumpsoverthelazydog',
  'thisisapassword',
  'thisismypassword',
  'this is my password',
  'to be or not to be',
  'trustno1trustno1',
  'welcome to the jungle',
];

let listed: Promise<ReadonlySet<string>> | undefined;

/** Loaded with the first password that is set: a replica that sets none, as most do not, has no use for the lists. */
function loadListed(): Promise<ReadonlySet<string>> {
  return (listed ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set([...dictionary['passwords-common'], ...LONG]),
  ));
}

/** The shortest listed word that decoration does not save: below it everything contains one. */
const MIN_CORE = 4;

/** Longest unit whose repetition makes a password no better than the unit. */
const MAX_UNIT = 10;

/**
 * Whether a password is among the first that are guessed: listed, a listed one decorated with a run of digits
 * or signs, a short unit repeated, or characters in a row.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const common = await loadListed();
  const text = password.toLowerCase();
  if (common.has(text) || common.has(text.replaceAll(' ', '')) || isPredictable(text)) return true;
  const [, before = '', core = '', after = ''] = /^(\P{L}*)(.*?)(\P{L}*)$/su.exec(text) ?? [];
  const isRun = (run: string) => run.length < 3 || common.has(run) || isPredictable(run);
  return core.length >= MIN_CORE && (common.has(core) || isRepetition(core)) && isRun(before) && isRun(after);
}

function isPredictable(text: string): boolean {
  return isRepetition(text) || isSequence(text);
}

function isRepetition(text: string): boolean {
  for (let unit = 1; unit <= MAX_UNIT && unit * 2 <= text.length; unit++) {
    if (text.slice(unit) === text.slice(0, -unit)) return true;
  }
  return false;
}

/** Each character follows or precedes the one before; the row of digits is a circle. */
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0)!);
  if (codes.length < 3) return false;
  return [1, -1].some((step) =>
    codes.every((code, index) => {
      const previous = codes[index - 1];
      if (previous === undefined || code - previous === step) return true;
      const digits = /^\d$/;
      const circle = digits.test(String.fromCodePoint(code)) && digits.test(String.fromCodePoint(previous));
      return circle && code - previous === -9 * step;
    }),
  );
}

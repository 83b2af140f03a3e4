import { AppError } from '@gatehouse/errors';
import { requireSafePassword } from './password-policy.js';
import { stablePassword } from './passwords.js';

const OWNER = { email: 'ada.lovelace@example.test', displayName: 'Ada Lovelace' };

async function verdict(password: string): Promise<string | undefined> {
  try {
    await requireSafePassword(password, OWNER, 'password');
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? error.violations[0]?.reason : undefined;
  }
}

const pattern = 'k7 q!Zmäßw€ vP2#';
const ofLength = (length: number) =>
  Array.from({ length }, (_, index) => pattern[(index * 7 + (index >> 3)) % pattern.length]).join('');

describe('the password policy', () => {
  it.each([
    [14, 'password.min_len'],
    [15, 'accepted'],
    [64, 'accepted'],
    [256, 'accepted'],
    [257, 'password.max_len'],
  ])('%d characters: %s', async (length, expected) => {
    expect(await verdict(ofLength(length))).toBe(expected);
  });

  it.each([
    ['code points, not UTF-16 units', '🐙🐌🦀🐝🐢🦔🐧🦉🐳🦩🐫🦜🐿🦘🐊', 'accepted'],
    ['fourteen emoji', '🐙🐌🦀🐝🐢🦔🐧🦉🐳🦩🐫🦜🐿🦘', 'password.min_len'],
    ['a composed form that is shorter', 'e\u0301'.repeat(3) + 'qwxzkvbnmht', 'password.min_len'],
    ['spaces at the end', 'a moose at noon ', 'accepted'],
    ['lower case letters alone', 'violet kettle on the roof', 'accepted'],
  ])('counts %s', async (_, password, expected) => {
    expect(await verdict(password)).toBe(expected);
  });

  it.each([
    'passwordpassword',
    'PasswordPassword',
    '123456789012345',
    '987654321098765',
    'aaaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    'qwertyqwertyqwerty',
    'password1234567',
    '1234567password!!!',
    'correct horse battery staple',
    'correcthorsebatterystaple',
    'q1w2e3r4t5y6u7i8o9p0',
    'sunshine!!!!!!!!!!!',
  ])('refuses what is guessed often: %s', async (password) => {
    expect(await verdict(password)).toBe('password.common');
  });

  it.each([
    'gatehouse-gatehouse',
    'Gatehouse-2026!!',
    'ada.lovelace1234',
    'Ada Lovelace 1815',
    'lovelace@gatehouse!',
  ])('refuses what is made of words of the account: %s', async (password) => {
    expect(await verdict(password)).toBe('password.context');
  });

  it.each([
    'the gatehouse by the frozen river',
    'lovelace danced with seven owls',
    'sunshine over quiet harbours',
  ])('accepts a word of the account among enough others: %s', async (password) => {
    expect(await verdict(password)).toBe('accepted');
  });
});

describe('the stable form of a password', () => {
  it('does not depend on how it was typed', () => {
    expect(stablePassword('e\u0301')).toBe('é');
    expect(stablePassword('a\u00a0b\u3000c')).toBe('a b c');
  });

  it('keeps case, spaces and compatible characters apart', () => {
    for (const [one, two] of [
      ['a', 'A'],
      ['a ', 'a'],
      ['ﬁ', 'fi'],
    ] as const) {
      expect(stablePassword(one)).not.toBe(stablePassword(two));
    }
  });
});

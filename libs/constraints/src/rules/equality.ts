import type { RuleMaker } from '../rule.js';

/** How the values of a rules message equal its settings. */
export interface Equality<T, Setting> {
  /** A test for being one of these settings. */
  readonly among: (settings: readonly Setting[]) => (value: T) => boolean;
  /** The setting as the caller reads it. */
  readonly show: (setting: Setting) => string;
}

/** Equality by `===`: of strings, numbers, bigints and booleans. NaN equals nothing. */
export function strictEquality<T>(show: (setting: T) => string): Equality<T, T> {
  return { among: (settings) => (value) => settings.indexOf(value) !== -1, show };
}

/** The makers of `const`, `in` and `not_in`. */
export function equalityMakers<T, Setting>(
  family: string,
  { among, show }: Equality<T, Setting>,
): Record<'const' | 'in' | 'not_in', RuleMaker<T>> {
  return {
    const: (setting: Setting) => [
      { id: `${family}.const`, description: `must be ${show(setting)}`, holds: among([setting]) },
    ],
    in: (settings: readonly Setting[]) => [
      {
        id: `${family}.in`,
        description: `must be one of ${settings.map(show).join(', ')}`,
        holds: among(settings),
      },
    ],
    not_in: (settings: readonly Setting[]) => {
      const listed = among(settings);
      return [
        {
          id: `${family}.not_in`,
          description: `must be none of ${settings.map(show).join(', ')}`,
          holds: (value) => !listed(value),
        },
      ];
    },
  };
}

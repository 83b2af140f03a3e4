import type { RuleMaker } from '../rule.js';

/**
 * The maker of a rule about a size, such as `bytes.max_len`.
 *
 * @param words what it asks for, before the number and after it
 */
export function sizeMaker<T>(
  id: string,
  words: readonly [string, string],
  holds: (value: T, limit: number) => boolean,
): RuleMaker<T> {
  return (setting: bigint) => {
    const limit = Number(setting);
    return [
      { id, description: `${words[0]} ${setting} ${words[1]}`, holds: (value: T) => holds(value, limit) },
    ];
  };
}

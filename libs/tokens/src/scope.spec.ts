import { describe, expect, it } from '@jest/globals';
import { Scope } from './scope.js';

describe('Scope', () => {
  it('holds exactly the words granted', () => {
    const scope = Scope.parse('resources:read users:admin');
    expect([...scope]).toEqual(['resources:read', 'users:admin']);
    for (const other of ['resources', 'resources:read ', 'Resources:Read', 'resources:*', '']) {
      expect(scope.has(other)).toBe(false);
    }
  });

  it.each(['resources:read\tusers:admin', 'resources:read\nusers:admin', 'resources:read\u00a0users:admin'])(
    'takes nothing but a space for a separator: %j grants nothing',
    (text) => {
      expect([...Scope.parse(text)]).toEqual([]);
    },
  );

  it('takes no notice of additional spaces', () => {
    expect([...Scope.parse('  a   b ')]).toEqual(['a', 'b']);
  });

  it('is the same for the same text, and still its own after very many others', () => {
    expect(Scope.parse('a:read')).toBe(Scope.parse('a:read'));
    for (let number = 0; number < 1_000; number++)
      expect([...Scope.parse(`n:${number}`)]).toEqual([`n:${number}`]);
    expect([...Scope.parse('n:999 n:1')]).toEqual(['n:999', 'n:1']);
  });

  it('cannot be changed', () => {
    const scope = Scope.parse('a');
    expect(Object.isFrozen(scope)).toBe(true);
    expect(scope).not.toHaveProperty('add');
  });
});

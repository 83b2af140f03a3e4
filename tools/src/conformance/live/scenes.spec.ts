import { describe, expect, it } from '@jest/globals';
import { ownCorpus } from '../own-corpus.js';
import { notBeforeScene } from './not-before-scene.js';
import { sceneOf } from './scenes.js';

const cases = ownCorpus().cases.filter(({ layer }) => layer === 'state' || layer === 'authorization');

describe('the scenes', () => {
  it('are there for all but what the system lacks, and for what the state of keys decides', () => {
    const without = cases.filter((attackCase) => sceneOf(attackCase) === undefined).map(({ id }) => id);
    const keyStates = without.filter((id) => /^(key-|ok-)|^sta-cold$/.test(id));
    expect(without.filter((id) => !keyStates.includes(id)).toSorted()).toEqual(['sta-tenant']);
  });

  it.each(['notBefore:tenant=iat', 'notBefore:sub=exp', 'notBefore:sub=iat+1+1'])(
    'know no such moment: %s',
    (condition) => {
      expect(() => notBeforeScene([condition])).toThrow('is no moment');
    },
  );
});

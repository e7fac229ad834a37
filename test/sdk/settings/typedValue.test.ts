// Values as people type them on command lines and at questions.
import { typedValue } from '@postroom/sdk/settings';
import { expect } from 'chai';

describe('a value as people type it', () => {
  it('is JSON where it is JSON, else the text', () => {
    expect(['5', 'true', '["greg"]', '"5"', 'pop.isp.example', '', '{x'].map(typedValue)).to.deep.equal([
      5,
      true,
      ['greg'],
      '5',
      'pop.isp.example',
      '',
      '{x',
    ]);
  });
});

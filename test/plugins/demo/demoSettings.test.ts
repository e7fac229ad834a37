// What the demo sets, as plugins say it beside their questions of the setup.
import { expect } from 'chai';
import { demoSettings } from '#plugins/demo/dist/demoSettings.js';
import { manifest } from '../../core/configuration/manifests.js';

describe('the settings of the demo', () => {
  it('are those that plugins say: before the start, and what changes after the first round', () => {
    const manifests = [
      manifest('a', {
        setup: [
          { property: 'a.late', question: 'Late?' },
          { property: 'a.demo', demo: { value: 0, later: 1 } },
          { property: 'a.none', question: 'Of none?', demo: { value: 'x' } },
        ],
      }),
      manifest('b', {}),
    ];
    expect(demoSettings(manifests)).to.deep.equal({ first: { 'a.demo': 0, 'a.none': 'x' }, later: { 'a.demo': 1 } });
  });
});

// One wrong line, and Prometheus takes nothing of the page: what plugins answer is checked.
import type { MetricSample } from '@postroom/sdk';
import { expect } from 'chai';
import { metricPrefix, soundSamples } from '#plugins/platform/metrics/dist/soundSamples.js';

const GOOD: MetricSample = { name: 'acme_spam_filter_mails_total', type: 'counter', help: 'Mails looked at.', value: 7 };
const NONE: ReadonlySet<string> = new Set();

describe('metrics of a plugin', () => {
  it('bear the id of the plugin in their names', () => {
    expect(metricPrefix('acme.spam-filter')).to.equal('acme_spam_filter_');
    expect(soundSamples('acme.spam-filter', [GOOD], NONE)).to.deep.equal({ samples: [GOOD], problem: undefined });
    expect(soundSamples('acme.other', [GOOD], NONE).problem).to.equal(
      'The name of acme_spam_filter_mails_total has to begin with acme_other_',
    );
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing', undefined, /no list/],
    ['an object', { ...GOOD }, /no list/],
    ['a text for a metric', ['7'], /has no name/],
    ['null for a metric', [null], /has no name/],
    ['a name with a line end', [{ ...GOOD, name: 'acme_spam_filter_x\npostroom_up_seconds 1' }], /has no name/],
    ['a name with labels', [{ ...GOOD, name: 'acme_spam_filter_x{a="b"}' }], /has no name/],
    ['a name of capitals', [{ ...GOOD, name: 'acme_spam_filter_X' }], /has no name/],
    ['a name that never ends', [{ ...GOOD, name: `acme_spam_filter_${'x'.repeat(300)}` }], /has no name/],
    ['the prefix alone', [{ ...GOOD, name: 'acme_spam_filter_' }], /has to begin/],
    ['another type', [{ ...GOOD, type: 'histogram' }], /neither a counter nor a gauge/],
    ['no help', [{ ...GOOD, help: '' }], /needs a "help"/],
    ['no number', [{ ...GOOD, value: '7' }], /no number/],
    ['NaN', [{ ...GOOD, value: Number.NaN }], /no number/],
    ['infinity', [{ ...GOOD, value: Number.POSITIVE_INFINITY }], /no number/],
    ['a counter below 0', [{ ...GOOD, value: -1 }], /below 0/],
  ];
  for (const [what, answer, problem] of wrong) {
    it(`leave out ${what}`, () => {
      const found = soundSamples('acme.spam-filter', answer, NONE);
      expect(found.samples).to.deep.equal([]);
      expect(found.problem).to.match(problem);
    });
  }

  it('keep what is sound beside what is not, and no field that is none of a metric', () => {
    const found = soundSamples('acme.spam-filter', [{ ...GOOD, value: 'x' }, { ...GOOD, color: 'red' }, GOOD], NONE);
    expect(found.samples).to.deep.equal([GOOD]);
    expect(found.problem).to.match(/no number/);
    expect(soundSamples('acme.spam-filter', [GOOD], new Set([GOOD.name])).problem).to.match(/there twice/);
  });

  it('are a hundred at most', () => {
    const many = Array.from({ length: 150 }, (_, index) => ({ ...GOOD, name: `${GOOD.name}_${index}` }));
    const found = soundSamples('acme.spam-filter', many, NONE);
    expect(found.samples).to.have.length(100);
    expect(found.problem).to.match(/first 100/);
  });
});

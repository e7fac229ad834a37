import { expect } from 'chai';
import { LineBudget, plainFields, plainText } from '#plugins/platform/isolation/dist/process/plainLog.js';

describe('what a plugin says in the log', () => {
  it('is text without escape sequences, line ends and turned directions', () => {
    expect(plainText('a\u2028b\u2029c\u009b31m\u202ed\u2066e\u007f')).to.equal('a\\u2028b\\u2029c\\u009b31m\\u202ed\\u2066e\\u007f');
    expect(plainText('Grüße, 日本 \n')).to.equal('Grüße, 日本 \n');
    expect(plainText('x'.repeat(5_000))).to.have.lengthOf(4_003);
    expect([plainText(5), plainText(undefined), plainText({ a: 1 })]).to.deep.equal(['5', 'undefined', '{"a":1}']);
  });

  it('has its fields under one key, however they are called', () => {
    expect(plainFields({ level: 'fatal', source: 'x', fields: 1 })).to.deep.equal({ fields: { level: 'fatal', source: 'x', fields: 1 } });
    expect([plainFields(undefined), plainFields({}), plainFields('x'), plainFields([1])]).to.deep.equal([{}, {}, {}, {}]);
    expect(JSON.stringify(plainFields(JSON.parse('{"__proto__": {"level": "fatal"}}')))).to.equal(
      '{"fields":{"__proto__":{"level":"fatal"}}}',
    );
  });

  it('is bounded in number, depth and length, and shows no secret', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`n${index}`, 'x'.repeat(10_000)]));
    expect(Object.keys(plainFields(many).fields ?? {})).to.have.lengthOf(50);
    expect(JSON.stringify(plainFields(many)).length).to.be.lessThan(10_000);
    expect(JSON.stringify(plainFields({ list: Array.from({ length: 1_000 }, () => 1) })).length).to.be.lessThan(200);
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    expect(plainFields(deep)).to.deep.equal({ fields: { a: { b: { c: { d: '(too deep)' } } } } });
    expect(plainFields({ a: { Password: 'x', list: [{ token: 'y' }] } })).to.deep.equal({
      fields: { a: { Password: '(not shown)', list: [{ token: '(not shown)' }] } },
    });
    expect(plainFields({ ['n'.repeat(500)]: 1 })).to.deep.equal({ fields: { [`${'n'.repeat(100)}...`]: 1 } });
  });

  it('comes at most so many times a minute, and what was left out is told', () => {
    const told: unknown[] = [];
    const log = {
      debug: () => undefined,
      info: () => undefined,
      error: () => undefined,
      warn: (text: string, fields?: object) => void told.push([text, fields]),
    };
    const budget = new LineBudget(3, log);
    const begun = performance.now();
    expect([1, 2, 3, 4, 5].map(() => budget.mayWrite(begun))).to.deep.equal([true, true, true, false, false]);
    expect(budget.mayWrite(begun + 60_001)).to.equal(true);
    expect(told).to.deep.equal([['Lines that the plugin wrote were left out.', { lines: 2 }]]);
  });
});

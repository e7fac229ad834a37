import { expect } from 'chai';
import { show } from '#plugins/platform/cli/dist/show.js';

describe('answers for people', () => {
  it('are a table for a list of records, without columns that are empty everywhere', () => {
    const text = show([
      { user: 'andrew', messages: 3, oldest: undefined },
      { user: 'greg', messages: 0, oldest: undefined },
    ]);
    expect(text).to.match(/user\s+messages/);
    expect(text).to.match(/andrew\s+3/);
    expect(text).to.match(/greg\s+0/);
    expect(text).to.not.include('oldest');
  });

  it('are lines for a record, words for camel case, and None for an empty list', () => {
    expect(show({ nextTryAt: 'soon', sent: 2, gone: undefined, none: [] })).to.equal('next try at  soon\nsent         2');
    expect(show([])).to.equal('None.');
    expect(show('text')).to.equal('text');
    expect(show(['a', 'b'])).to.equal('  a\n  b');
  });

  it('show times in local time', () => {
    const at = new Date(2026, 10, 2, 9, 5, 7);
    expect(show({ at })).to.equal('at  2026-11-02 09:05:07');
    expect(show({ at: at.toISOString() })).to.equal('at  2026-11-02 09:05:07');
  });

  it('let nothing through that moves a cursor or forges a line of the terminal', () => {
    const text = show([{ subject: '\u001b[2Jgone\u0007\u009b31m', from: 'a\tb\rc' }]);
    // oxlint-disable-next-line no-control-regex
    expect(text).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text).to.include('gone');
  });

  it('keep the dots of settings, and show trees the way they are written', () => {
    expect(show({ 'timer.everyMinutes': 5 })).to.equal('timer.everyMinutes  5');
    expect(show({ 'Ann Lee': 1, Bob: 2 }), 'names of people').to.equal('Ann Lee  1\nBob      2');
    expect(show({ accounts: { company: { kind: 'regular' } } })).to.equal(
      JSON.stringify({ accounts: { company: { kind: 'regular' } } }, undefined, 2),
    );
  });

  it('give records within records lines of their own where they would not fit on one', () => {
    expect(show({ held: 0, outbox: { messages: 1, recipients: 2 } })).to.equal('held    0\noutbox  messages: 1, recipients: 2');
    const text = show({
      held: 0,
      lastRound: { sent: 1, rounds: [{ account: 'company', stored: 2 }] },
      figures: { a: 1, b: 2, c: 3, d: 4, memoryMB: 5 },
    });
    expect(text.split('\n').map((line) => line.trimEnd())).to.deep.equal([
      ...['held        0', '', 'last round', '  sent    1', '', '  rounds', '   account     stored', '   company     2'],
      ...['', 'figures', '  a          1', '  b          2', '  c          3', '  d          4', '  memory MB  5'],
    ]);
  });
});

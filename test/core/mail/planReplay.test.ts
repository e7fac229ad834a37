import type { AccountView, SortPlan } from '@postroom/sdk';
import { createSortPlan, stateOf } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';
import { replay } from '#core/mail/planReplay.js';

const account: AccountView = { id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.example', domains: [], users: [] };
const mailbox = (user: string) => ({ account: 'company', user });
const address = (name: string) => ({ name, local: 'mail', domain: 'company.example', raw: name });

type Change = (plan: SortPlan) => SortPlan;
const word = fc.constantFrom('one', 'two', 'three');
/** Changes that do not take anything away, which nobody else could have put there. */
const change: fc.Arbitrary<Change> = fc.oneof(
  word.map(
    (text): Change =>
      (plan) =>
        plan.tag(text, text),
  ),
  word.map(
    (user): Change =>
      (plan) =>
        plan.to(mailbox(user), user),
  ),
  word.map(
    (text): Change =>
      (plan) =>
        plan.addHeader(`X-${text}: 1`, text),
  ),
  word.map(
    (text): Change =>
      (plan) =>
        plan.address(address(text), 'L4', text),
  ),
  fc.constantFrom<Change>(
    (plan) => plan.quarantine('q'),
    (plan) => plan.hold('h'),
    (plan) => plan.markTrace('mark-of-one', 'm'),
    (plan) => plan.markTrace('mark-of-two', 'm'),
  ),
);
const changes = fc.array(change, { maxLength: 4 });
const apply = (plan: SortPlan, all: readonly Change[]): SortPlan => all.reduce((so, each) => each(so), plan);

describe('replaying what a tap changed', () => {
  it('on the plan that it got is its answer', () => {
    fc.assert(
      fc.property(changes, changes, (first, second) => {
        const before = apply(createSortPlan(account), first);
        const after = apply(before, second);
        expect(replay(before, before, after)).to.equal(after);
      }),
    );
  });

  it('on what another tap made of it is what both would have made one after the other', () => {
    fc.assert(
      fc.property(changes, changes, changes, (common, first, second) => {
        const before = apply(createSortPlan(account), common);
        const together = stateOf(replay(apply(before, first), before, apply(before, second)));
        const inTurn = stateOf(apply(apply(before, first), second));
        expect({ ...together, addHeaders: [], notes: [], disposition: '' }).to.deep.equal({
          ...inTurn,
          addHeaders: [],
          notes: [],
          disposition: '',
        });
        expect(together.addHeaders).to.deep.equal(inTurn.addHeaders);
      }),
    );
  });

  it('takes off what was taken off', () => {
    const before = createSortPlan(account).to(mailbox('andrew'), 'a').to(mailbox('greg'), 'g');
    const result = replay(before.tag('spam', 's'), before, before.without(mailbox('greg'), 'not him'));
    expect(result.mailboxes).to.deep.equal([mailbox('andrew')]);
    expect(result.tags).to.deep.equal(['spam']);
  });

  it('keeps a disposition that the later tap did not change', () => {
    const before = createSortPlan(account);
    expect(replay(before.hold('h'), before, before.tag('spam', 's')).disposition).to.equal('hold');
    expect(replay(before.hold('h'), before, before.quarantine('q')).disposition).to.equal('quarantine');
  });
});

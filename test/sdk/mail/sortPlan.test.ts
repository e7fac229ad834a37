import { type AccountView, ADMIN1, type Address, type HeaderField, type MailboxRef, PostroomError } from '@postroom/sdk';
import {
  changesBetween,
  createSortPlan,
  isSortPlan,
  notesOf,
  planFrom,
  planProblems,
  readPlanState,
  stateOf,
  withoutNotes,
} from '@postroom/sdk/mail';
import { expect } from 'chai';

const andrew: MailboxRef = { account: 'company', user: 'andrew' };
const greg: MailboxRef = { account: 'company', user: 'greg' };
const account: AccountView = { id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.com', domains: [], users: [] };
const toAndrew: Address = { name: 'andrew', local: 'mail', domain: 'company.com', raw: 'andrew <mail@company.com>' };
const field: HeaderField = { name: 'Envelope-To', value: 'a, b', raw: Buffer.from('Envelope-To: a, b\r\n'), index: 3 };

describe('a sort plan', () => {
  it('is a value: a method answers another plan and leaves this one as it was', () => {
    const plan = createSortPlan(account);
    const next = plan.to(andrew, 'because').tag('Spam', 'looks like it').hold('wait');
    expect([plan.mailboxes, plan.tags, plan.disposition, plan.rung]).to.deep.equal([[], [], 'deliver', undefined]);
    expect([next.mailboxes, next.tags, next.disposition]).to.deep.equal([[andrew], ['spam'], 'hold']);
  });

  it('cannot be altered from outside', () => {
    const plan = createSortPlan(account, ['x@y.org']).to(andrew, 'because');
    expect(() => (plan.mailboxes as MailboxRef[]).push(greg)).to.throw(TypeError);
    expect(() => (plan.outside as string[]).push('z@y.org')).to.throw(TypeError);
    expect(() => Object.assign(plan, { disposition: 'discard' })).to.throw(TypeError);
  });

  it('holds a mailbox once, however often and in whatever case it is added', () => {
    const plan = createSortPlan(account).to(andrew, 'a').to(greg, 'b').to({ account: 'company', user: 'ANDREW' }, 'c');
    expect(plan.mailboxes).to.deep.equal([andrew, greg]);
  });

  it('keeps the rung of the first evidence that placed it', () => {
    const identified = createSortPlan(account).address(toAndrew, 'L4', 'To: andrew <mail@company.com>');
    expect(identified.rung).to.equal(undefined);
    const plan = identified.to(andrew, 'named', identified.addressed[0]).to(greg, 'thread', 'L5');
    expect(plan.rung).to.equal('L4');
    expect(plan.addressed[0]?.placed).to.deep.equal(['andrew@company']);
  });

  it('notes an address once by name and address (45)', () => {
    const plan = createSortPlan(account)
      .address(toAndrew, 'L4', 'To')
      .address(toAndrew, 'L4', 'Cc')
      .address({ ...toAndrew, name: 'greg' }, 'L4', 'To');
    expect(plan.addressed.map((entry) => entry.address.name)).to.deep.equal(['andrew', 'greg']);
  });

  it('opens an address again when the mailbox that took it is taken off', () => {
    const identified = createSortPlan(account).address(toAndrew, 'L4', 'To');
    const plan = identified.to(andrew, 'named', identified.addressed[0]).without(andrew, 'on leave');
    expect(plan.mailboxes).to.deep.equal([]);
    expect(plan.addressed[0]?.placed).to.deep.equal([]);
  });

  it('keeps the reasons in order, until they are taken off for the next tap', () => {
    const plan = createSortPlan(account).note('first').to(andrew, 'second');
    expect(notesOf(plan)).to.deep.equal(['first', 'second']);
    expect(notesOf(withoutNotes(plan).hold('third'))).to.deep.equal(['third']);
  });

  it('refuses header lines that would begin another line or are not encoded', () => {
    for (const line of ['X-A: b\r\nBcc: c', 'X-A: b\n', 'X-A: b\0', 'no colon', 'X-A: é', ' X: y', `X-A: ${'a'.repeat(1000)}`]) {
      expect(() => createSortPlan(account).addHeader(line, 'r'), line)
        .to.throw(PostroomError)
        .with.property('code', 'plugin/bad-answer');
    }
    expect(createSortPlan(account).addHeader('X-Spam-Flag: YES', 'r').addHeaders).to.deep.equal(['X-Spam-Flag: YES']);
    for (const wrong of ['', 'short', 'a'.repeat(65), 'with a space', 'line\r\nend', 'né-plus-ultra']) {
      expect(() => createSortPlan(account).markTrace(wrong, 'r'), wrong).to.throw('8 to 64 letters');
    }
    expect(createSortPlan(account).markTrace('0123-_Az', 'r').markTrace('a-later-one', 'r').traceMark).to.equal('0123-_Az');
  });

  it('says what changed, in the words of the trail', () => {
    const before = createSortPlan(account).to(greg, 'x');
    const identified = before.address(toAndrew, 'L4', 'To').address({ ...toAndrew, name: 'public1' }, 'L4', 'To');
    const [first, second] = identified.addressed;
    if (first === undefined || second === undefined) throw new Error('two addresses are expected');
    const after = identified
      .to(andrew, 'named', first)
      .placed(second, 'PUBLIC1', 'fans out')
      .without(greg, 'left')
      .tag('list', 'r')
      .quarantine('r')
      .addHeader('X-Spam-Flag: YES', 'r')
      .conceal(field, 'Bcc');
    expect(changesBetween(before, after)).to.deep.equal([
      'addressed andrew <mail@company.com>',
      'addressed public1 <mail@company.com>',
      'public1 <mail@company.com> placed by PUBLIC1',
      '+andrew@company',
      '-greg@company',
      'tag list',
      'quarantine',
      'header X-Spam-Flag',
      'conceal Envelope-To',
    ]);
    expect(changesBetween(after, after.note('nothing new'))).to.deep.equal([]);
  });

  it('survives the way to another process and back', () => {
    const given = createSortPlan(account, ['x@y.org']);
    const there = planFrom(structuredClone(stateOf(given)))
      .address(toAndrew, 'L4', 'To')
      .to(ADMIN1, 'r', 'L7')
      .conceal(field, 'r');
    const back = planFrom(readPlanState(structuredClone(stateOf(there)), stateOf(given)));
    expect(stateOf(back)).to.deep.equal(stateOf(there));
    expect(back.account).to.equal(account);
    expect(planProblems(back, account, () => true)).to.deep.equal([]);
  });
});

describe('readPlanState', () => {
  it('takes nothing that was made from the plan of another call, nor one that takes back what others have done', () => {
    const marked = createSortPlan(account).tag('a', 'why').addHeader('X-A: 1', 'why').markTrace('mark-of-a', 'why');
    const plan = { ...stateOf(marked), call: 7 };
    const given = { ...plan, concealed: [{ index: 3, name: 'Bcc' }] };
    expect(readPlanState(structuredClone(given), given)).to.not.have.property('call');
    for (const [change, said] of [
      [{ call: 8 }, 'the plan of another call'],
      [{ call: undefined }, 'the plan of another call'],
      [{ tags: [] }, '"tags"'],
      [{ addHeaders: [] }, '"addHeaders"'],
      [{ concealed: [] }, '"concealed"'],
      [{ traceMark: undefined }, '"traceMark"'],
      [{ traceMark: 'another_mark' }, '"traceMark"'],
    ] as const)
      expect(() => readPlanState({ ...given, ...change }, given)).to.throw(said);
  });

  const given = stateOf(createSortPlan(account, ['x@y.org']));
  const bad: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['a text', 'plan'],
    ['another account', { ...given, account: { ...account, id: 'works' } }],
    ['an unknown disposition', { ...given, disposition: 'burn' }],
    ['an unknown rung', { ...given, rung: 'L9' }],
    ['a mailbox without a user', { ...given, mailboxes: [{ account: 'company' }] }],
    ['an address without its parts', { ...given, addressed: [{ address: {}, rung: 'L4', evidence: '', placed: [] }] }],
    ['tags that are no list', { ...given, tags: 'spam' }],
    ['a list beyond all measure', { ...given, tags: Array(20_000).fill('spam') }],
    ['a trace mark that is no word', { ...given, traceMark: 'a\r\nBcc: x' }],
    ['a trace mark that is no text', { ...given, traceMark: 12345678 }],
    ['a concealed field without a place', { ...given, concealed: [{ index: 1.5, name: 'x' }] }],
  ];
  for (const [title, value] of bad) {
    it('does not deliver what was kept back before', () => {
      const plan = createSortPlan(account, ['x@y.org']);
      for (const kept of [plan.hold('not scanned'), plan.quarantine('a virus'), plan.discard('nobody wants it')]) {
        const before = stateOf(kept);
        expect(() => readPlanState({ ...before, disposition: 'deliver' }, before)).to.throw('"disposition"');
        expect(readPlanState({ ...before, disposition: 'quarantine' }, before)).to.include({ disposition: 'quarantine' });
      }
    });

    it(`refuses ${title}`, () =>
      expect(() => readPlanState(value, given))
        .to.throw(PostroomError)
        .with.property('code', 'plugin/bad-answer'));
  }

  it('lets nobody change the account or who gets mail outside', () => {
    const sent = { ...given, account: { ...account, users: [{ name: 'mallory' }] }, outside: ['mallory@evil.org'] };
    expect(readPlanState(sent, given)).to.deep.equal(given);
  });
});

describe('planProblems', () => {
  const known = (mailbox: MailboxRef): boolean => mailbox.account === undefined || mailbox.user === 'andrew';

  it('finds nothing wrong with a legal plan', () => {
    expect(planProblems(createSortPlan(account).to(andrew, 'r').to(ADMIN1, 'r'), account, known)).to.deep.equal([]);
  });

  it('names what is wrong', () => {
    expect(planProblems({}, account, known)).to.deep.equal(['The answer is not a sort plan that came from the host.']);
    expect(planProblems(createSortPlan({ ...account, id: 'works' }), account, known)).to.have.length(1);
    expect(planProblems(createSortPlan(account).to(greg, 'r'), account, known)).to.deep.equal(['There is no mailbox greg@company.']);
    expect(planProblems(createSortPlan(account).to({ account: 'works', user: 'andrew' }, 'r'), account, known)).to.deep.equal([
      'andrew@works is a mailbox of another account than company.',
    ]);
    const forged = planFrom({ ...stateOf(createSortPlan(account)), addHeaders: ['X: a\r\nBcc: b'] });
    expect(planProblems(forged, account, known)).to.have.length(1);
  });

  it('knows a plan from what only looks like one', () => {
    expect(isSortPlan(createSortPlan(account))).to.equal(true);
    expect(isSortPlan({ ...stateOf(createSortPlan(account)) })).to.equal(false);
    expect(isSortPlan(undefined)).to.equal(false);
  });
});

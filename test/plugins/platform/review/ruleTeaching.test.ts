// Rules that would have brought a message to its user: tried out, narrowest first.
import type { RuleProposal, StoredMessage } from '@postroom/sdk/services';
import { expect } from 'chai';
import { RuleTeaching } from '#plugins/platform/review/dist/ruleTeaching.js';
import { RehearsedWhatIf } from '#plugins/platform/review/dist/whatIf.js';
import { ACCOUNTS, ANDREW, GREG, storedMessage, TestResorting } from './support.js';

/** A rule of the test: it gives greg the messages that it names. */
function rule(...messages: readonly string[]): RuleProposal {
  return { path: ['rules'], value: messages, sentence: `greg gets ${messages.join()}` };
}

describe('teaching', () => {
  let teaching: RuleTeaching;
  let wrong: boolean;
  const messages = ['7', '8', '9'].map((id) => storedMessage({ id }));
  const store = {
    message: async (id: string): Promise<StoredMessage | undefined> => messages.find((each) => each.id === id),
    recent: async (count: number) => messages.slice(0, count),
  };

  beforeEach(() => {
    wrong = false;
    /** Messages that the settings in force give greg; a draft is their text. */
    let inForce: readonly string[] = [];
    let current = '';
    const sorting = new TestResorting(() => [inForce.includes(current) ? GREG : ANDREW]);
    sorting.viewOf = async ({ id }) => {
      current = id;
      return { id } as never;
    };
    const settings = {
      draft: ([edit]: readonly { readonly value: unknown }[]) => JSON.stringify(edit?.value),
      validate: () => (wrong ? [{ severity: 'error' as const, path: 'rules', message: 'No.' }] : []),
      under: async <T>(text: string, work: () => Promise<T>): Promise<T> => {
        inForce = JSON.parse(text) as readonly string[];
        return work().finally(() => (inForce = []));
      },
    };
    const accounts = ACCOUNTS as never;
    const whatIf = new RehearsedWhatIf(store, sorting, accounts, settings);
    teaching = new RuleTeaching({ store, sorting, accounts, settings, whatIf });
  });

  it('answers the rules that bring the message there, narrowest first, each with what else it would move', async () => {
    for (const each of [rule('7', '8', '9'), rule('8'), rule('7')]) teaching.add(() => each);
    const lessons = await teaching.lessons('7', GREG, 10);
    expect(lessons.map(({ sentence, looked, others }) => [sentence, looked, others.map(({ message }) => message)])).to.deep.equal([
      ['greg gets 7', 3, []],
      ['greg gets 7,8,9', 3, ['8', '9']],
    ]);
  });

  it('asks each plugin with the plan and the user, and no more once it has taken its rules back', async () => {
    const asked: unknown[] = [];
    const taken = teaching.add((plan, mail, user) => {
      asked.push([plan.mailboxes, mail.id, user.name]);
      return undefined;
    });
    expect(await teaching.lessons('7', GREG, 10)).to.deep.equal([]);
    await taken.dispose();
    await teaching.lessons('7', GREG, 10);
    expect(asked).to.deep.equal([[[ANDREW], '7', 'greg']]);
  });

  it('passes over rules that the settings would refuse', async () => {
    teaching.add(() => rule('7'));
    wrong = true;
    expect(await teaching.lessons('7', GREG, 10)).to.deep.equal([]);
  });

  it('looks for none where the message is gone, was written here, or goes to no user of its account', async () => {
    teaching.add(() => rule('7'));
    messages.push(storedMessage({ id: '10', origin: 'submitted' }));
    for (const [id, mailbox] of [
      ['11', GREG],
      ['10', GREG],
      ['7', { account: 'works', user: 'lisa' }],
      ['7', { account: undefined, user: 'admin1' }],
      ['7', { account: 'company', user: 'nobody' }],
    ] as const) {
      expect(await teaching.lessons(id, mailbox, 10), `${id} ${mailbox.user}`).to.deep.equal([]);
    }
  });
});

import { ADMIN1, type MailboxRef } from '@postroom/sdk';
import type { MailStore } from '@postroom/sdk/services';
import { expect } from 'chai';
import { MailboxCommands } from '#plugins/platform/mail-commands/dist/mailboxCommands.js';
import { failureOf } from '../../../kit/failureOf.js';
import { handlersOf } from './handlersOf.js';

const box = (user: string): MailboxRef => ({ account: 'works', user });
const ACCOUNTS = { all: [{ id: 'works', users: [{ mailbox: box('lisa') }, { mailbox: box('john') }] }] };
const holding = (mailbox: MailboxRef, messages: number) => ({ mailbox, messages, bytes: messages * 100 });

describe('the commands about mailboxes', () => {
  const listed: unknown[] = [];
  const run = (command: string, args?: object): Promise<unknown> => {
    const store = {
      mailboxes: async () => [holding(box('LISA'), 2), holding(box('gone'), 1), holding(box('emptied'), 0), holding(ADMIN1, 3)],
      list: async (mailbox: MailboxRef, limit: number) => {
        listed.push([mailbox, limit]);
        return [{ id: '4', from: 'a@far.example', subject: 'plans', size: 12, rung: 'L1', trail: [] }];
      },
    };
    return handlersOf(new MailboxCommands(store as unknown as MailStore, ACCOUNTS as never)).run(command, args);
  };

  it("list every user's and ADMIN1's, also empty ones, and what former users left", async () => {
    const rows = (await run('mailboxes.list')) as readonly Record<string, unknown>[];
    expect(rows.map(({ user, messages, bytes, former }) => [user, messages, bytes, former])).to.deep.equal([
      ['lisa', 2, 200, undefined],
      ['john', 0, 0, undefined],
      ['admin1', 3, 300, undefined],
      ['gone', 1, 100, true],
    ]);
  });

  it('show what is in one, of a former user too', async () => {
    expect(await run('mailboxes.show', { mailbox: 'lisa', limit: 5 })).to.deep.equal([
      { message: '4', receivedAt: undefined, from: 'a@far.example', subject: 'plans', bytes: 12, rung: 'L1' },
    ]);
    await run('mailboxes.show', { mailbox: 'Gone@works', limit: 50 });
    expect(listed).to.deep.equal([
      [box('lisa'), 5],
      [box('gone'), 50],
    ]);
    expect((await failureOf(run('mailboxes.show', { mailbox: 'nobody', limit: 5 }))).message).to.equal(
      'There is no mailbox nobody. "postroom mailboxes list" shows them all.',
    );
  });
});

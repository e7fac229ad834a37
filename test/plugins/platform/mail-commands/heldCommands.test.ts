import type { MailboxRef } from '@postroom/sdk';
import type { HeldMail, MailStore } from '@postroom/sdk/services';
import { expect } from 'chai';
import { HeldCommands } from '#plugins/platform/mail-commands/dist/heldCommands.js';
import { failureOf } from '../../../kit/failureOf.js';
import { handlersOf } from './handlersOf.js';

const LISA: MailboxRef = { account: 'works', user: 'lisa' };
const HELD = {
  id: '7',
  account: 'works',
  from: 'a@far.example',
  subject: 'plans',
  size: 12,
  disposition: 'hold',
  reason: 'a filter failed',
};

describe('the commands about held mail', () => {
  let done: unknown[];
  beforeEach(() => {
    done = [];
  });

  const run = (command: string, args?: object): Promise<unknown> => {
    const store = {
      setAside: async () => [HELD],
      message: async (id: string) => (id === '7' ? HELD : id === '8' ? { ...HELD, disposition: 'deliver' } : undefined),
      remove: async (id: string) => void done.push(['removed', id]),
    };
    const held: HeldMail = {
      retryHeld: async () => 3,
      release: async (message, mailboxes) => {
        done.push(['released', message, mailboxes]);
        return { message, mailboxes: ['lisa@works'] };
      },
    };
    const accounts = { all: [{ id: 'works', users: [{ mailbox: LISA }] }] };
    return handlersOf(new HeldCommands(store as unknown as MailStore, held, accounts as never)).run(command, args);
  };

  it('list what was set aside, and why', async () => {
    expect(await run('held.list')).to.deep.equal([
      {
        ...{ message: '7', account: 'works', receivedAt: undefined, from: 'a@far.example', subject: 'plans', bytes: 12 },
        ...{ disposition: 'hold', reason: 'a filter failed' },
      },
    ]);
    expect(await run('held.retry')).to.deep.equal({ delivered: 3 });
  });

  it('release to the mailboxes named, or to where the rules say', async () => {
    expect(await run('held.release', { message: '7', mailboxes: ['lisa'] })).to.deep.equal({ message: '7', mailboxes: ['lisa@works'] });
    await run('held.release', { message: '7' });
    expect(done).to.deep.equal([
      ['released', '7', [LISA]],
      ['released', '7', []],
    ]);
    expect((await failureOf(run('held.release', { message: '7', mailboxes: ['lisa', 'nobody'] }))).message).to.include(
      'There is no mailbox nobody.',
    );
    expect(done).to.have.length(2);
  });

  it('delete what is held, and nothing that was delivered', async () => {
    expect(await run('held.delete', { message: '7' })).to.deep.equal({ deleted: '7' });
    for (const message of ['8', '9'])
      expect((await failureOf(run('held.delete', { message }))).message).to.equal(
        `No message ${message} is held. "postroom held list" shows those that are.`,
      );
    expect(done).to.deep.equal([['removed', '7']]);
  });
});

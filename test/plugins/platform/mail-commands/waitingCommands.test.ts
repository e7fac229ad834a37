import { waitingCode } from '@postroom/sdk/mail';
import type { ActivityLog, Journal, WaitingEntry } from '@postroom/sdk/services';
import { expect } from 'chai';
import { WaitingCommands } from '#plugins/platform/mail-commands/dist/waitingCommands.js';
import { failureOf } from '../../../kit/failureOf.js';
import { handlersOf } from './handlersOf.js';

const ENTRY = {
  ...{ account: 'works', uidl: 'u 1', since: new Date(0), from: 'a@far.example', subject: 'plans', listedSize: 9_000, why: 'too-large' },
  ...{ told: [{ account: 'works', user: 'lisa' }], order: undefined },
} as unknown as WaitingEntry;
const UNSIZED: WaitingEntry = { ...ENTRY, uidl: 'u 2', subject: '', listedSize: -1 };

describe('the commands about mail that waits at the ISP', () => {
  let noted: string[];
  let isThere: boolean;
  beforeEach(() => {
    noted = [];
    isThere = true;
  });

  const run = (command: string, args?: object, entries = [ENTRY, UNSIZED]): Promise<unknown> => {
    const journal = { waiting: async () => entries, order: async () => isThere };
    const activity = { add: ({ text }: { text: string }) => void noted.push(text) };
    return handlersOf(new WaitingCommands(journal as unknown as Journal, activity as unknown as ActivityLog)).run(command, args);
  };

  it('list it by a name that is easy to type; a size that the ISP does not say is left out', async () => {
    const [first, second] = (await run('waiting.list')) as readonly object[];
    expect(first).to.deep.include({ message: waitingCode('u 1'), bytes: 9_000, why: 'too large', told: ['lisa@works'] });
    expect(first).to.not.have.property('order');
    expect(second).to.not.have.property('bytes');
  });

  it('order what is to become of it, by that name or its unique id, and note who did', async () => {
    expect(await run('waiting.fetch', { account: 'works', message: waitingCode('u 1').toUpperCase() })).to.include({
      order: 'fetch',
      uidl: 'u 1',
    });
    expect(await run('waiting.delete', { account: 'works', message: 'u 2' })).to.include({ order: 'delete', uidl: 'u 2' });
    expect(noted).to.deep.equal([
      `cli ordered: fetch the message ${waitingCode('u 1')} ("plans" from a@far.example) that waits at the ISP.`,
      `cli ordered: delete the message ${waitingCode('u 2')} that waits at the ISP.`,
    ]);
  });

  it('order nothing for a message that is unknown, of another account, gone by now, or one of two of that name', async () => {
    const refused = async (args: object, entries?: WaitingEntry[]): Promise<void> => {
      expect(await failureOf(run('waiting.leave', args, entries))).to.include({ code: 'mail/not-found' });
    };
    await refused({ account: 'works', message: 'u 3' });
    await refused({ account: 'company', message: 'u 1' });
    await refused({ account: 'works', message: waitingCode('u 1') }, [ENTRY, ENTRY]);
    isThere = false;
    await refused({ account: 'works', message: 'u 1' });
    expect(noted).to.deep.equal([]);
  });
});

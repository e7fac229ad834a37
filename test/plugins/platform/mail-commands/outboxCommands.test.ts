import type { Outbox, OutboxChoice, OutboxEntry, Sending } from '@postroom/sdk/services';
import { expect } from 'chai';
import { OutboxCommands } from '#plugins/platform/mail-commands/dist/outboxCommands.js';
import { failureOf } from '../../../kit/failureOf.js';
import { handlersOf } from './handlersOf.js';

const AT = new Date('2026-11-23T10:00:00Z');
const ENTRY = {
  ...{ id: 17, message: '4', account: 'company', from: 'mail@company.example', recipient: 'ruth@far.example', state: 'deferred' },
  ...{ queuedAt: AT, attempts: 2, nextTryAt: AT, status: '4.2.1', text: 'Later' },
} as OutboxEntry;

describe('the commands about the Outbox', () => {
  let done: unknown[];
  beforeEach(() => {
    done = [];
  });

  const run = (command: string, args?: object): Promise<unknown> => {
    const note =
      (what: string) =>
      async (ids: readonly number[]): Promise<void> =>
        void done.push([what, ids]);
    const entries = [ENTRY, { ...ENTRY, id: 18, status: '', text: '' }];
    const list = async ({ ids, after = 0, limit }: OutboxChoice = {}): Promise<readonly OutboxEntry[]> =>
      entries.filter(({ id }) => id > after && (ids?.includes(id) ?? true)).slice(0, limit);
    const outbox = { list, hold: note('hold') };
    const store = { message: async (id: string) => (id === '4' ? { subject: 'offer' } : undefined) };
    const sending: Sending = { retry: note('retry'), giveUp: note('give up') };
    return handlersOf(new OutboxCommands(outbox as unknown as Outbox, store as never, sending)).run(command, args);
  };

  it('list entries with the subject of their message and the last answer, where there was one', async () => {
    const rows = (await run('outbox.list')) as readonly Record<string, unknown>[];
    expect(rows[0]).to.include({ entry: 17, message: '4', subject: 'offer', state: 'deferred', tries: 2, lastAnswer: '4.2.1 Later' });
    expect(rows[1]).to.include({ entry: 18, lastAnswer: undefined });
  });

  it('list so many at a time as are asked for', async () => {
    const pageOf = async (page: object): Promise<unknown> =>
      ((await run('outbox.list', page)) as { entry: number }[]).map(({ entry }) => entry);
    expect(await pageOf({ limit: 1 })).to.deep.equal([17]);
    expect(await pageOf({ limit: 1, after: 17 })).to.deep.equal([18]);
  });

  it('hand what is to be retried, held and returned to who does it', async () => {
    for (const verb of ['retry', 'hold', 'return'])
      expect(await run(`outbox.${verb}`, { entries: [17, 18] })).to.deep.equal({ entries: 2 });
    expect(done.map((each) => (each as [string])[0])).to.deep.equal(['retry', 'hold', 'give up']);
    expect(done[0]).to.deep.equal(['retry', [17, 18]]);
  });

  it('change nothing where one of the entries is not there', async () => {
    for (const verb of ['retry', 'hold', 'return']) {
      const error = await failureOf(run(`outbox.${verb}`, { entries: [17, 19, 20] }));
      expect(error).to.include({ code: 'mail/not-found' });
      expect(error.message).to.equal('The Outbox has no entry 19, 20. "postroom outbox list" shows its entries.');
    }
    expect(done).to.deep.equal([]);
  });
});

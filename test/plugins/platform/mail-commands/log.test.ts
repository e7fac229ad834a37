// The commands about the Log, and what it says of mail that was picked up.
import type { ActivityLog, Events, PostroomEvent } from '@postroom/sdk/services';
import { expect } from 'chai';
import { LogCommands } from '#plugins/platform/mail-commands/dist/logCommands.js';
import { logPickUps } from '#plugins/platform/mail-commands/dist/pickUpLog.js';
import { failureOf } from '../../../kit/failureOf.js';
import { handlersOf } from './handlersOf.js';

describe('the Log', () => {
  it('is read by day, account, user and text; a day that the calendar has not is refused', async () => {
    const log = { read: async (query: object) => [query], days: async () => [{ day: '2026-11-23', entries: 2 }] };
    const area = handlersOf(new LogCommands(log as unknown as ActivityLog));
    const query = { day: '2028-02-29', account: 'works', text: 'invoice', limit: 20 };
    expect(await area.run('log.read', query)).to.deep.equal([query]);
    expect(await area.run('log.days')).to.deep.equal([{ day: '2026-11-23', entries: 2 }]);
    for (const day of ['2026-02-29', '2026-13-01', '2026-11-31'])
      expect((await failureOf(area.run('log.read', { day }))).message).to.equal(`The calendar has no day ${day}.`);
  });

  it('says who picked up how many messages, for as long as the plugin runs', () => {
    const noted: object[] = [];
    const listeners = new Set<(event: PostroomEvent) => void>();
    const events = {
      on: (listener: (event: PostroomEvent) => void) => {
        listeners.add(listener);
        return { dispose: () => void listeners.delete(listener) };
      },
    };
    const noting = logPickUps(events as unknown as Events, { add: (entry: object) => void noted.push(entry) } as unknown as ActivityLog);
    const emit = (event: object): void => {
      for (const listener of listeners) listener(event as PostroomEvent);
    };
    const mailbox = { account: 'works', user: 'lisa' };
    for (const messages of [1, 2]) emit({ type: 'picked-up', mailbox, messages });
    emit({ type: 'accepted' });
    expect(noted).to.deep.equal(
      [1, 2].map((messages) => ({
        ...{ kind: 'picked-up', account: 'works', user: 'lisa@works', message: undefined, details: { messages } },
        text: `Picked up: ${messages === 1 ? '1 message' : '2 messages'} by lisa@works`,
      })),
    );
    void noting.dispose();
    expect(listeners.size).to.equal(0);
  });
});

// What the commands make of what the services say; how they are declared and reached, other tests show with a whole server.
import { PostroomError } from '@postroom/sdk';
import type { CommandCatalogue, Events, PostroomEvent, RoundReport } from '@postroom/sdk/services';
import { expect } from 'chai';
import { LicenceCommand } from '#plugins/platform/service-commands/dist/licenceCommand.js';
import { roundSummary } from '#plugins/platform/service-commands/dist/roundSummary.js';
import { SendReceive } from '#plugins/platform/service-commands/dist/sendReceive.js';
import { type StatusSources, statusReport } from '#plugins/platform/service-commands/dist/statusReport.js';
import { storeServerRows } from '#plugins/platform/service-commands/dist/storeServers.js';
import { failureOf } from '../../../kit/failureOf.js';

const AT = new Date('2026-11-23T10:00:00Z');
const LATER = new Date('2026-11-23T11:00:00Z');
const REPORT = {
  ...{ startedAt: AT, endedAt: LATER, sent: 1, deferred: 2, bounced: 3 },
  accounts: [
    { account: 'works', fetched: 4, stored: 3, duplicates: 1, failed: [new PostroomError('isp/timeout', 'The ISP was silent.')] },
    { account: 'company', fetched: 0, stored: 0, duplicates: 0, failed: [] },
  ],
} as unknown as RoundReport;
const ROUND = {
  ...{ startedAt: AT, endedAt: LATER, sent: 1, deferred: 2, bounced: 3 },
  rounds: [
    { account: 'works', fetched: 4, stored: 3, duplicates: 1, failed: ['The ISP was silent.'] },
    { account: 'company', fetched: 0, stored: 0, duplicates: 0, failed: [] },
  ],
};
const ACCOUNTS = { all: [{ id: 'works', users: [1, 2] }], find: (id: string) => (id === 'works' ? {} : undefined) };
const CALL = { author: 'test', signal: new AbortController().signal };

describe('a round in an answer', () => {
  it('has a line for each account, with a sentence for each failure', () => {
    expect(roundSummary(REPORT)).to.deep.equal(ROUND);
  });
});

describe('status', () => {
  const sources = (others: Partial<Record<keyof StatusSources, unknown>> = {}): StatusSources =>
    ({
      service: { isOn: true, lastRound: undefined },
      licence: { verdict: { granted: true, edition: 'Pro' } },
      ports: { ports: [{ protocol: 'pop3', host: '127.0.0.1', port: 110, security: 'plain', plugin: 'postroom.pop3' }] },
      accounts: ACCOUNTS,
      store: {
        mailboxes: async () => [{ messages: 2, oldest: LATER }, { messages: 1, oldest: AT }, { messages: 0 }],
        setAside: async () => [1],
      },
      outbox: { counts: () => ({ messages: 1, recipients: 2, untried: 1, oldest: AT }) },
      plugins: { blocking: [] },
      schedule: { plan: async () => ({ rounds: [{ at: LATER }] }) },
      figures: () => ({ now: async () => ({ accepted: 5 }) }),
      doors: () => ({ state: { open: 1, most: 4, text: 'One runs.', crashed: 0, mainLoad: 0.5 } }),
      trials: () => ({ trial: { keys: ['smtp.port'] } }),
      problems: { all: async () => ['The disk is full.'] },
      ...others,
    }) as unknown as StatusSources;

  it('puts together what the services say', async () => {
    expect(await statusReport(sources())).to.deep.equal({
      service: 'running',
      edition: 'Pro',
      ports: [{ protocol: 'pop3', host: '127.0.0.1', port: 110, security: 'plain', state: 'open' }],
      doors: { open: 1, most: 4, text: 'One runs.' },
      accounts: 1,
      inbox: { messages: 3, oldest: AT },
      outbox: { messages: 1, recipients: 2, oldest: AT },
      held: 1,
      waitsFor: [],
      lastRound: undefined,
      nextRound: { at: LATER },
      figures: { accepted: 5 },
      unconfirmed: { keys: ['smtp.port'] },
      problems: ['The disk is full.'],
    });
  });

  it('says which servers on the store see the network device, where a plugin looks for it', async () => {
    expect(await statusReport(sources(), ['a', 'b'])).to.deep.include({ edition: 'Pro', deviceSeenBy: ['a', 'b'] });
  });

  it('is there while nobody counts, nobody tries settings out, and no plugin has door threads', async () => {
    const status = await statusReport(sources({ figures: () => undefined, trials: () => undefined, doors: () => undefined }));
    expect(status).not.to.have.property('doors');
    expect(status).to.include({ service: 'running', figures: undefined, unconfirmed: undefined });
  });

  it('says why the service does not run', async () => {
    const verdict = { granted: false, edition: 'none', reason: 'No edition is enabled.', remedy: 'Enable one.' };
    expect(await statusReport(sources({ licence: { verdict } }))).to.include({
      service: 'stopped: no licence',
      reason: 'No edition is enabled.',
      remedy: 'Enable one.',
    });
    expect(await statusReport(sources({ service: { isOn: false, lastRound: REPORT } }))).to.deep.include({
      service: 'stopped by the administrator',
      lastRound: ROUND,
    });
  });

  it('names the plugins that mail waits for first, but not those that are only changing', async () => {
    const blocking = [
      { id: 'acme.a', name: 'A', why: 'It failed.', how: 'failed' },
      { id: 'acme.b', name: 'B', why: 'It changes.', how: 'changing' },
      { id: 'acme.c', name: 'C', why: 'It lets mail through.', how: 'lapsed' },
    ];
    const { waitsFor, problems } = (await statusReport(sources({ plugins: { blocking } }))) as Record<string, unknown>;
    expect(waitsFor).to.deep.equal([
      { plugin: 'acme.a', name: 'A', why: 'It failed.' },
      { plugin: 'acme.c', name: 'C', why: 'It lets mail through.' },
    ]);
    expect(problems).to.deep.equal([
      'acme.a: It failed. Mail is held until it runs again; "postroom doctor" says what to do.',
      'acme.c: It lets mail through. Mail is held until somebody has agreed; "postroom doctor" says what to do.',
      'The disk is full.',
    ]);
  });
});

describe('send-receive', () => {
  const listeners = new Set<(event: PostroomEvent) => void>();
  const events = {
    on: (listener: (event: PostroomEvent) => void) => {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
  } as unknown as Events;
  const emit = (event: object): void => {
    for (const listener of listeners) listener(event as PostroomEvent);
  };

  it('shows whole per cents of each account, and its end', async () => {
    const shown: string[] = [];
    const asked: unknown[] = [];
    const rounds = {
      run: async (...args: unknown[]) => {
        asked.push(args);
        const progress = (account: string, done: number) => emit({ type: 'fetch', state: 'progress', account, done, total: 1_000 });
        for (const done of [1, 2, 10, 11, 1_000]) progress('works', done);
        emit({ type: 'fetch', state: 'start', account: 'works' });
        progress('company', 1);
        return REPORT;
      },
    };
    const command = new SendReceive(rounds as never, ACCOUNTS as never, events);
    const call = { ...CALL, progress: ({ what, done }: { what: string; done: number }) => void shown.push(`${what} ${done}`) };
    expect(await command.run([], call as never)).to.deep.equal(ROUND);
    await command.run(['works'], call as never);
    expect(asked).to.deep.equal([
      ['user', undefined],
      ['user', ['works']],
    ]);
    expect(shown.slice(0, 4)).to.deep.equal(['Collecting works 1', 'Collecting works 10', 'Collecting works 1000', 'Collecting company 1']);
    expect(listeners.size, 'nobody listens on').to.equal(0);
  });

  it('runs no round for an account that there is not', async () => {
    const command = new SendReceive({ run: () => expect.fail('a round ran') } as never, ACCOUNTS as never, events);
    const error = await failureOf(command.run(['works', 'nowhere'], CALL as never));
    expect(error.message).to.equal('There is no account "nowhere". There are: works.');
  });
});

describe('nodes', () => {
  const server = { id: 1, name: 'a', isThis: true, isGone: false, since: AT, heardAt: LATER };

  it('says what each server on the store holds, in words, and which one is gone', () => {
    const leases = ['schedule', 'tidy', 'round/works', 'maildrop/andrew@company', 'job/moon.look', 'acme/thing'];
    const rows = storeServerRows([
      { ...server, holds: leases.map((lease) => ({ lease, since: AT })) },
      { ...server, name: 'b', isThis: false, holds: [] },
      { ...server, name: 'c', isThis: false, isGone: true, holds: [] },
    ]);
    expect(rows[0]).to.deep.equal({
      ...{ server: 'a', state: 'this', since: AT, heardAt: LATER },
      holds: {
        ...{ timer: AT, tidying: AT, 'collecting works': AT, 'job moon.look': AT, 'acme/thing': AT },
        'mailbox andrew@company': AT,
      },
    });
    expect(rows.map(({ server: name, state }) => [name, state])).to.deep.equal([
      ['a', 'this'],
      ['b', 'running'],
      ['c', 'gone'],
    ]);
  });

  it('names the mailboxes that are open longest, and counts the others', () => {
    const holds = Array.from({ length: 30 }, (_, nth) => ({ lease: `maildrop/user${nth}`, since: new Date(AT.getTime() + nth) }));
    const [row] = storeServerRows([{ ...server, holds: holds.toReversed() }]);
    const names = Object.keys(row?.holds ?? {});
    expect([names.length, names[0], names.at(-1)]).to.deep.equal([21, 'mailbox user0', '10 more mailboxes']);
    expect(row?.holds['10 more mailboxes']).to.deep.equal(holds[20]?.since);
  });
});

describe('licence', () => {
  const licence = { recheck: () => ({ granted: true, edition: 'Pro' }) };
  const answer = (role: readonly object[]): Promise<object> => {
    const commands = {
      withRole: (name: string) => (name === 'licence-status' ? role : []),
      run: async (command: string) => ({ command, seen: true, history: ['came'] }),
    };
    return new LicenceCommand(licence as never, ACCOUNTS as never, commands as unknown as CommandCatalogue).answer(CALL as never);
  };

  it('says what is used, and what a plugin knows of the network device, where one runs', async () => {
    const used = { accounts: 1, users: [{ account: 'works', users: 2 }] };
    expect(await answer([])).to.deep.equal({ granted: true, edition: 'Pro', used });
    expect(await answer([{ command: 'device.status' }])).to.deep.equal({
      ...{ granted: true, edition: 'Pro', used },
      ...{ device: { command: 'device.status', seen: true }, history: ['came'] },
    });
  });
});

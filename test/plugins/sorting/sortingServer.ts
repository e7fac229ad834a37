// A real server for a sorting case: its plugins, hooks and settings, without ports and rounds.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MailView, RelayDestinations } from '@postroom/sdk';
import { composeCopy, editsOf, readHeader } from '@postroom/sdk/mail';
import { Accounts, Leases, Maildrops, MailStore, type Sorted } from '@postroom/sdk/services';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { FetchedMail } from '#core/flow/intake/fetchedMail.js';
import { SortStep } from '#core/flow/sort.js';
import { HookCall } from '#core/hooking/hookCall.js';
import { HostHooks } from '#core/hooks/hooks.js';
import { foldedLine } from '#core/mail/headerLine.js';
import { checkedAnswer } from '../../kit/answers.js';
import type { CaseRun, SortingCase } from './sortingCase.js';

const open = new Set<SortingServer>();

/** For afterEach. */
export async function closeSortingServers(): Promise<void> {
  for (const server of open) await server.close();
}

export class SortingServer {
  #taken = 0;

  private constructor(
    readonly server: Server,
    readonly firstAccount: string,
  ) {
    open.add(this);
  }

  static async start(sortingCase: Pick<SortingCase, 'accounts' | 'server'>): Promise<SortingServer> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-sorting-'));
    const settings = {
      'plugins.enabled': ['postroom.licensing-pro'],
      'log.level': 'error',
      ...sortingCase.server,
      accounts: sortingCase.accounts,
    };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    const server = await openServer({ dataDir, serve: false, log: createLog('error') });
    return new SortingServer(server, Object.keys(sortingCase.accounts)[0] ?? '');
  }

  async close(): Promise<void> {
    open.delete(this);
    await this.server.close();
    await rm(this.server.dataDir, { recursive: true, force: true });
  }

  /** Closes and opens it again on the same data folder. */
  async restarted(): Promise<SortingServer> {
    open.delete(this);
    await this.server.close();
    return new SortingServer(await openServer({ dataDir: this.server.dataDir, serve: false, log: createLog('error') }), this.firstAccount);
  }

  /** Through onSort with all of its taps, as the flow calls it. */
  sort(account: string, mail: MailView, outside: readonly string[] = []): Promise<Sorted> {
    const view = service(this.server.container, Accounts).find(account);
    if (view === undefined) throw new Error(`No account ${account} in this case.`);
    return service(this.server.container, SortStep).sort(view, mail, outside);
  }

  /** The ISP takes what a sorted message has for the outside: then `onDeliver` tells of it. */
  async relayed(account: string, mail: MailView, { plan }: Sorted, octets: Buffer, reply = '250 2.0.0 Ok'): Promise<void> {
    const view = service(this.server.container, Accounts).find(account);
    if (view === undefined) throw new Error(`No account ${account} in this case.`);
    const prefix = Buffer.from(plan.addHeaders.map(foldedLine).join(''), 'latin1');
    const concealed = editsOf(readHeader(octets), plan.concealed);
    const to: RelayDestinations = {
      kind: 'relay',
      account: view,
      recipients: plan.outside.map((address) => ({ address })),
      from: mail.envelope.from ?? '',
      size: octets.length,
      content: () => composeCopy(prefix, once(octets), concealed),
    };
    const receipt = plan.outside.map((recipient) => ({ recipient, outcome: 'delivered', status: '2.0.0', text: reply }) as const);
    await service(this.server.container, HostHooks).onDeliver.tell({ mail, to, receipt }, new HookCall());
  }

  /** Takes a message in as a fetched one. */
  async take(account: string, octets: Buffer): Promise<void> {
    const view = service(this.server.container, Accounts).find(account);
    if (view === undefined) throw new Error(`No account ${account} in this case.`);
    this.#taken += 1;
    const from = { uidl: `case-${this.#taken}`, listedSize: octets.length, server: 'pop.isp.example' };
    const lease = await service(this.server.container, Leases).take(`round/${account}`);
    if (lease === undefined) throw new Error(`A round collects the mail of ${account}.`);
    try {
      await service(this.server.container, FetchedMail).forAccount(view, lease.fence).accept(once(octets), from);
    } finally {
      await lease.release();
    }
  }

  /** The newest message of a mailbox, as a mail client gets it, unfolded. */
  async copyOf(user: string, account = this.firstAccount): Promise<string> {
    const drop = await service(this.server.container, Maildrops).open({ account, user });
    if (drop === 'in-use') throw new Error(`Somebody else reads the mail of ${user}.`);
    const pieces: Uint8Array[] = [];
    for await (const { octets } of drop.read([drop.messages.count])) pieces.push(octets);
    await drop.close();
    return Buffer.concat(pieces)
      .toString('latin1')
      .replace(/\r\n[ \t]/g, ' ');
  }

  /** Messages by user; mailboxes without any are left out. */
  async delivered(): Promise<Readonly<Record<string, number>>> {
    const mailboxes = await service(this.server.container, MailStore).mailboxes();
    return Object.fromEntries(mailboxes.filter(({ messages }) => messages > 0).map(({ mailbox, messages }) => [mailbox.user, messages]));
  }

  /** Users come, go and get other names while a server runs. */
  async change({ removed = [], renamed = {} }: Pick<CaseRun, 'removed' | 'renamed'>): Promise<void> {
    for (const user of removed) await this.command('users.remove', { account: this.firstAccount, user });
    for (const [user, name] of Object.entries(renamed)) await this.command('users.rename', { account: this.firstAccount, user, name });
  }

  async command(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
    const answer = await this.server.run(name, args, call);
    checkedAnswer(name, JSON.parse(JSON.stringify(answer ?? {})));
    return answer;
  }
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

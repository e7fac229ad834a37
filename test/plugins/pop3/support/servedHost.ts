// A POP3 server on a free loopback port, with its clients, closed and checked for leaks after each test. Its front speaks on the main thread or in a door.

import type { OpenPort, PortSecurity } from '@postroom/sdk';
import { expect } from 'chai';
import { activate } from '#plugins/pop3/dist/plugin.js';
import { certificate, FakeHost, type TestCertificate, type TestMailbox } from './fakeHost.js';
import { type PairedDoor, PairedDoors } from './pairedDoors.js';
import { RawClient } from './rawClient.js';

/** Where the front speaks. */
export type Place = 'on the main thread' | 'in a door';
export const PLACES: readonly Place[] = ['on the main thread', 'in a door'];

let pem: TestCertificate | undefined;

export class ServedHost {
  readonly host: FakeHost;
  ports: readonly OpenPort[] = [];
  readonly #clients: RawClient[] = [];
  #doors: PairedDoors | undefined;
  #mainPorts: readonly OpenPort[] = [];

  private constructor(host: FakeHost) {
    this.host = host;
  }

  static async start(
    place: Place,
    securities: readonly PortSecurity[] = ['starttls', 'tls'],
    change: (host: FakeHost) => void = () => {},
  ): Promise<ServedHost> {
    pem ??= await certificate();
    const served = new ServedHost(new FakeHost(pem));
    const { host } = served;
    host.values['pop3.listen'] = securities.map((security) => ({ host: '127.0.0.1', port: 0, security }));
    host.mailbox('andrew');
    const doors = place === 'in a door' ? new PairedDoors(host.clock) : undefined;
    host.doors = doors;
    change(host);
    activate(host.context());
    const ports = (await host.listener?.start()) ?? [];
    served.#doors = doors;
    served.#mainPorts = ports;
    served.ports = await Promise.all(ports.map(async (port) => ({ ...port, port: (await doors?.door?.portOf(port.port)) ?? port.port })));
    return served;
  }

  /** Another server takes andrew's mailbox over; resolves when whoever serves him knows. */
  async takeOver(): Promise<void> {
    this.andrew.takeOver();
    await this.#doors?.door?.hasHeard();
  }

  /** The door in which its clients are. */
  get door(): PairedDoor {
    if (this.#doors?.door === undefined) throw new Error('No door is open.');
    return this.#doors.door;
  }

  get andrew(): TestMailbox {
    return this.host.mailbox('andrew');
  }

  port(security: PortSecurity): number {
    return this.ports.find((port) => port.security === security)?.port ?? 0;
  }

  async client(): Promise<RawClient> {
    const client = await RawClient.connect(this.port('starttls'));
    this.#clients.push(client);
    return client;
  }

  /** A client of the main thread, wherever the others are. */
  async mainClient(): Promise<RawClient> {
    const client = await RawClient.connect(this.#mainPorts.find((port) => port.security === 'starttls')?.port ?? 0);
    this.#clients.push(client);
    return client;
  }

  async tlsClient(): Promise<RawClient> {
    const client = await RawClient.connectTls(this.port('tls'));
    this.#clients.push(client);
    return client;
  }

  /** A client that has logged in as andrew. */
  async andrewsClient(): Promise<RawClient> {
    const client = await this.client();
    expect(await client.login()).to.match(/^\+OK/);
    return client;
  }

  /** Andrew asks for what he does not take. Resolves when it has been read further than so many octets; `furthest`: how far by now. */
  async askWithoutTaking(command: string, octets: number): Promise<{ readonly client: RawClient; readonly furthest: () => number }> {
    let furthest = 0;
    this.andrew.failRead = (_number, offset) => {
      furthest = offset;
      return undefined;
    };
    const client = await this.andrewsClient();
    client.socket.pause();
    client.send(`${command}\r\n`);
    await until(() => furthest > octets);
    return { client, furthest: () => furthest };
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.host.listener?.stop(1000);
    for (const [user, mailbox] of this.host.mailboxes) expect(mailbox.isOpen, `${user}'s mailbox is let go of`).to.equal(false);
    const open = this.host.events.filter((event) => event.type === 'session' && event.state === 'open').length;
    const closed = this.host.events.filter((event) => event.type === 'session' && event.state === 'closed').length;
    expect(closed, 'every session is closed').to.equal(open);
  }
}

/** Resolves when a figure has not changed for two hundred turns of the event loop. */
export async function untilSettled(figure: () => number): Promise<void> {
  for (let before = -1; before !== figure(); ) {
    before = figure();
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves when `condition` holds; looks after every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

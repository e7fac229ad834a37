import type { CommandHandler, Disposable, LicenceHandler, LicenceVerdict, PluginContext } from '@postroom/sdk';
import { Clock, Leases, Licence, ServerNode, type ServiceId } from '@postroom/sdk/services';
import { leakCheck, PracticeIsp, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { activate } from '#plugins/network-device/dist/plugin.js';
import { SharedLeases } from '../../kit/sharedLeases.js';

/** As much of a host as the plugin sees, around the practice device. */
class Host {
  readonly clock = new VirtualClock();
  readonly commands = new Map<string, CommandHandler>();
  readonly #disposables: Disposable[] = [];
  #stored: unknown;
  #handler: LicenceHandler | undefined;
  rechecks = 0;
  /** A write ends when this does: a slow disk. */
  written: Promise<void> = Promise.resolve();

  constructor(readonly values: Record<string, unknown>) {}

  start(): Promise<void> {
    const licence = {
      recheck: () => {
        this.rechecks += 1;
      },
    };
    const services = new Map<unknown, unknown>([
      [Clock, this.clock],
      [Licence, licence],
      [Leases, new SharedLeases(() => this.clock.now()).of('a')],
      [ServerNode, { name: 'a' }],
    ]);
    const nothing: Disposable = { dispose: () => undefined };
    const quiet = (): void => undefined;
    const context = {
      hooks: {
        onLicenseCheck: {
          tap: (_name: string, handler: LicenceHandler) => {
            this.#handler = handler;
            return nothing;
          },
        },
      },
      settings: { get: (key: string) => this.values[key], onDidChange: () => nothing },
      commands: { register: (name: string, handler: CommandHandler) => this.commands.set(name, handler) },
      state: {
        get: () => Promise.resolve(this.#stored),
        set: (_key: string, value: unknown) => {
          this.#stored = value;
          return this.written;
        },
      },
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      subscriptions: { push: (...items: Disposable[]) => this.#disposables.push(...items) },
      get: (id: ServiceId<unknown>) => services.get(id),
    };
    return Promise.resolve(activate(context as unknown as PluginContext));
  }

  run(): LicenceVerdict | undefined {
    return this.#handler?.({ kind: 'run' });
  }

  configure(): LicenceVerdict | undefined {
    return this.#handler?.({ kind: 'configure', accounts: [] });
  }

  async command(name: string): Promise<unknown> {
    return this.commands.get(name)?.({} as never, {} as never);
  }

  async stop(): Promise<void> {
    for (const item of this.#disposables.splice(0).reverse()) await item.dispose();
  }
}

describe('the network device', () => {
  const leaks = leakCheck();
  let isp: PracticeIsp;
  let host: Host;

  before(() => leaks.begin());
  beforeEach(async () => {
    isp = await PracticeIsp.start();
    host = new Host({
      'licensing.device.address': '127.0.0.1',
      'licensing.device.port': isp.device.port,
      'licensing.device.mac': '',
      'licensing.device.graceMinutes': 0,
    });
  });
  afterEach(async () => {
    await host.stop();
    await isp.stop();
  });
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('has looked when the start is over, so that the mail ports open with the others', async () => {
    await host.start();
    expect([host.run(), host.rechecks]).to.deep.equal([undefined, 0]);
  });

  it('does not wait for a slow disk', async () => {
    let write: () => void = () => undefined;
    host.written = new Promise((resolve) => {
      write = resolve;
    });
    await host.start();
    expect([host.run(), host.rechecks]).to.deep.equal([undefined, 0]);
    write();
  });

  it('denies to run without the device, tells the host, and lets the settings be changed', async () => {
    await host.start();
    await isp.device.switchOff();
    await host.command('network-device.look');
    expect(host.run()).to.include({ granted: false });
    expect(host.configure()).to.equal(undefined);
    expect(host.rechecks).to.equal(1);
    await isp.device.switchOn();
    await host.command('network-device.look');
    expect([host.run(), host.rechecks]).to.deep.equal([undefined, 2]);
  });

  it('answers how things stand', async () => {
    await host.start();
    const status = await host.command('network-device.status');
    expect(status).to.include({ address: '127.0.0.1', port: isp.device.port, mac: '', seen: true, satisfied: true });
    expect(status).to.deep.include({ seenBy: ['a'] });
    expect(await host.command('network-device.card')).to.deep.equal({
      state: 'good',
      text: `127.0.0.1 (TCP port ${isp.device.port}) is seen`,
    });
  });

  it('says what to set where nothing is configured', async () => {
    host.values['licensing.device.address'] = '';
    await host.start();
    expect(host.run()).to.have.property('remedy').that.contains('licensing.device.address');
    expect(await host.command('network-device.card')).to.include({ state: 'bad' });
  });
});

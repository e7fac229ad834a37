import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandHandler, PluginContext, PluginManifest, PortListener } from '@postroom/sdk';
import { leakCheck, SMTP_STEPS } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { PracticeStatus } from '#plugins/practice-isp/dist/commands.js';
import { activate } from '#plugins/practice-isp/dist/plugin.js';
import { LineClient } from '../../sdk/testing/lineClient.js';

describe('the practice ISP in a server', () => {
  const leaks = leakCheck();
  const commands = new Map<string, CommandHandler>();
  let listener: PortListener;
  let folder: string;

  before(async () => {
    await leaks.begin();
    folder = await mkdtemp(join(tmpdir(), 'practice-isp-'));
    activate({
      settings: { get: () => ({ pop3: 0 }) },
      log: { info: () => undefined },
      commands: { register: (name: string, handler: CommandHandler) => commands.set(name, handler) },
      listen: (given: PortListener) => {
        listener = given;
      },
    } as unknown as PluginContext);
  });
  beforeEach(async () => {
    expect(await listener.start()).to.deep.equal([]);
  });
  afterEach(() => listener.stop(0));
  after(async () => {
    await rm(folder, { recursive: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  async function command(name: string, args: object = {}): Promise<unknown> {
    return commands.get(`practice-isp.${name}`)?.(args as never, {} as never);
  }

  async function refusalOf(running: Promise<unknown>): Promise<string> {
    try {
      await running;
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  }

  async function collect(): Promise<readonly string[]> {
    const { pop3 } = (await command('status')) as PracticeStatus;
    const client = await LineClient.open(pop3.port);
    try {
      await client.line();
      await client.ask('USER office');
      const answer = await client.ask('PASS practice');
      return answer.startsWith('+OK') ? await client.askAll('RETR 1') : [answer];
    } finally {
      client.close();
    }
  }

  it('stays open without a licence, and is none of the doors that mail clients are told', () => {
    expect(listener.withoutLicence).to.equal(true);
  });

  it('takes a message as text or from a file and serves it', async () => {
    expect(await command('put', { mailbox: 'office', text: 'Subject: hello\n\nworld\n' })).to.deep.equal({
      mailbox: 'office',
      messages: 1,
    });
    expect((await collect()).slice(1)).to.deep.equal(['Subject: hello', '', 'world', '.']);
    const file = join(folder, 'mail.eml');
    await writeFile(file, Buffer.from('Subject: \xe4\n\n.\n', 'latin1'));
    await command('put', { mailbox: 'office', file });
    const status = (await command('status')) as PracticeStatus;
    expect(status.mailboxes).to.deep.equal([{ mailbox: 'office', messages: 2 }]);
  });

  it('says which file could not be read', async () => {
    expect(await refusalOf(command('put', { mailbox: 'office', file: join(folder, 'none.eml') }))).to.contain('none.eml');
    expect(await refusalOf(command('put', { mailbox: 'office', file: folder }))).to.contain(folder);
  });

  it('switches faults on and off', async () => {
    await command('put', { mailbox: 'office', text: 'Subject: hello\n\nworld\n' });
    await command('fault', { fault: 'pop3-answer', at: 'PASS', text: '-ERR [IN-USE] busy' });
    await command('fault', { fault: 'device-off' });
    expect(await collect()).to.deep.equal(['-ERR [IN-USE] busy']);
    expect(((await command('status')) as PracticeStatus).device.on).to.equal(false);
    await command('fault', { fault: 'none' });
    expect(await collect()).to.have.length(5);
    expect(((await command('status')) as PracticeStatus).device.on).to.equal(true);
  });

  it('declares every place that a fault can be at', async () => {
    const manifest = await readFile(new URL('../../../../plugins/practice-isp/package.json', import.meta.url), 'utf8');
    const { contributes } = JSON.parse(manifest) as PluginManifest;
    const { arguments: taken = {} } = contributes?.commands?.find(({ command: name }) => name === 'practice-isp.fault') ?? {};
    const { at } = taken['properties'] as { readonly at: { readonly pattern: string; readonly description: string } };
    const capabilities = ['CAPA', 'UIDL', 'TOP', 'PIPELINING', 'STLS', 'SASL', 'RESP-CODES'];
    for (const place of [...SMTP_STEPS, ...capabilities]) {
      expect(place).to.match(new RegExp(at.pattern));
      expect(at.description).to.include(place);
    }
    for (const place of capabilities) await command('fault', { fault: 'pop3-without', at: place });
  });

  it('says what a fault lacks', async () => {
    expect(await refusalOf(command('fault', { fault: 'pop3-answer', at: 'PASS' }))).to.equal(
      "The fault pop3-answer needs the argument 'text'.",
    );
    expect(await refusalOf(command('fault', { fault: 'smtp-cut', at: 'HELO' }))).to.contain("not at 'HELO'");
    expect(await refusalOf(command('fault', { fault: 'smtp-answer', at: 'RCPT', text: '250 yes' }))).to.contain('not an SMTP refusal');
  });

  it('says that it is closed', async () => {
    await listener.stop(0);
    expect(await refusalOf(command('status'))).to.contain('not open');
  });
});

// What commands answer: each declares it, exactly, and answers it in a small office.
import '#core/base/injection.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck, PRACTICE_PASSWORD } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { programHost } from '#core/programHost.js';
import { checkedAnswer, misfits } from '../kit/answers.js';
import { commandsIn, PRODUCT_COMMANDS } from '../kit/declaredCommands.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { packFolder } from '../kit/packedPlugin.js';
import { Postroom } from '../kit/postroom.js';
import { ROOT } from '../kit/sourceFiles.js';

/** Objects in answers whose members are not the command's own to say: arguments of other commands, facts of plugins, properties of accounts, leases. */
const OPEN = [
  'accounts.advice/items/changes',
  'accounts.check-online/items/actions/items/args',
  'accounts.check/items/actions/items/args',
  'doctor/items/actions/items/args',
  'isp-domainpop.probe/proposal',
  'licence/device',
  'licence/history/items',
  'log.read/items/details',
  'nodes/items/holds',
  'users.set-password/tokens/items',
];

interface Row {
  readonly [key: string]: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

describe('the answers of commands', () => {
  const leaks = leakCheck();
  const answered = new Set<string>();
  /** Lists that had something in them: an empty one shows nothing of its rows. */
  const filled = new Set<string>();
  let office: Postroom;
  let folder: string;

  before(async () => {
    await leaks.begin();
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-answers-'));
    office = await Postroom.start({
      settings: { 'plugins.enabled': ['postroom.licensing-pro', 'postroom.practice-isp'], 'pop3.maxMessageBytes': undefined },
    });
  });
  after(async () => {
    await office.stop();
    await rm(folder, { recursive: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  /** Throws where the answer is not what the command declares. */
  const ask = async <T = Row>(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> => {
    const answer = await office.run<T>(command, args);
    answered.add(command);
    if (Array.isArray(answer) && answer.length > 0) filled.add(command);
    return answer;
  };
  const askAll = async (commands: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<void> => {
    for (const [command, args] of Object.entries(commands)) await ask(command, args);
  };
  const put = (text: string, uidl?: string): void => void office.isp.mailbox('post').put(text, uidl === undefined ? undefined : { uidl });

  it('are declared by every command of the product, of the samples and of the templates', () => {
    expect(PRODUCT_COMMANDS.length).to.be.greaterThan(70);
    const all = [...PRODUCT_COMMANDS, ...commandsIn('sdk')];
    expect(all.filter(({ result }) => result === undefined).map(({ command }) => command)).to.deep.equal([]);
  });

  it('are declared exactly: each object says what it holds and what it always holds, but for those that others fill', () => {
    const open = PRODUCT_COMMANDS.flatMap(({ command, result = {} }) => openObjects(result, command));
    expect(open.toSorted()).to.deep.equal(OPEN);
  });

  it('stand each alone', () => {
    for (const { command, result } of PRODUCT_COMMANDS) {
      const foreign = JSON.stringify(result).match(/"\$(?:defs|id|ref)":"(?!http:\/\/json-schema\.org\/draft-07\/schema#)[^"]*"/g);
      expect(foreign, command).to.equal(null);
    }
  });

  it('that are not as declared are found: a member too many, one missing, another type', () => {
    const answer = { entries: 2 };
    expect(checkedAnswer('outbox.hold', answer)).to.equal(answer);
    for (const wrong of [{ entries: 2, more: 1 }, {}, { entries: 'two' }, []]) {
      expect(() => checkedAnswer('outbox.hold', wrong), JSON.stringify(wrong)).to.throw('The answer of outbox.hold is not as declared');
    }
    expect(misfits({ type: 'string', format: 'date-time' }, 'yesterday')).to.have.length(1);
  });

  it('of the service are as declared', async () => {
    put(letter({ to: 'lisa@works.example', subject: 'plans', envelope: ['X-Original-To: lisa@works.example'] }));
    put(letter({ to: 'nobody@works.example', subject: 'lost' }));
    await office.submit('andrew', ['ruth@customer.example'], `From: ${REGULAR}\nTo: ruth@customer.example\nSubject: offer\n\nHello.\n`);
    await askAll({
      status: {},
      nodes: {},
      metrics: {},
      'doors.metrics': {},
      schedule: {},
      'send-receive': {},
      'service.stop': {},
      'service.start': {},
      'log.days': {},
    });
    // After a round, and while a change waits for its confirmation.
    await ask('config.set', { key: 'smtp.plaintextNetworks', value: '["127.0.0.1", "10.0.0.0/8"]' });
    expect(await ask('status')).to.include.keys('lastRound', 'unconfirmed');
    expect(await ask('config.confirm')).to.have.property('confirmed');
    expect(await ask('config.confirm')).to.equal('Nothing waits to be confirmed.');
    await askAll({ 'log.read': {}, licence: {}, 'certificate.show': {}, 'certificate.authority': {}, 'certificate.check': {} });
    await office.pop3('mail').catch(() => 'nobody has the name of the shared address');
    await ask('logins.check');
    expect(await ask('housekeeping.jobs')).to.have.length(1);
    await askAll({ 'housekeeping.run': { job: 'housekeeping.tidy' }, 'housekeeping.tidy': {}, 'housekeeping.check': {} });
    expect(await ask('network-device.look')).to.include({ seen: true });
    await askAll({ 'network-device.status': {}, 'network-device.card': {}, licence: {}, doctor: { logins: true } });
  });

  it('about mail are as declared', async () => {
    await office.pickUp('lisa');
    const [lost] = await ask<readonly Row[]>('mailboxes.show', { mailbox: 'admin1' });
    const text = Buffer.from(letter({ to: 'john@works.example' })).toString('base64');
    await askAll({ 'mailboxes.list': {}, trace: { query: 'plans' }, explain: { file: text, account: 'works' } });
    await ask('explain', { file: Buffer.from(letter({})).toString('base64'), account: 'company' });
    await ask('resort', { mailbox: 'admin1', preview: true });
    await ask('mailboxes.move', { message: lost?.['message'], user: 'john', teach: true });
    await ask('resort', { messages: [lost?.['message']] });
    await ask('trace', { query: 'lost' });
  });

  it('about mail that waits here are as declared', async () => {
    office.isp.faults.smtp.answer('MAIL', '450 4.2.1 Later', 1);
    await office.submit('greg', ['rita@customer.example'], `From: ${REGULAR}\nTo: rita@customer.example\nSubject: again\n\nHello.\n`);
    await ask('send-receive');
    const [entry] = await ask<readonly Row[]>('outbox.list');
    expect(entry).to.include({ state: 'deferred' });
    const entries = [entry?.['entry']];
    await askAll({ trace: { query: 'again' }, 'outbox.hold': { entries }, 'outbox.retry': { entries }, 'outbox.return': { entries } });

    await ask('plugins.disable', { plugin: 'postroom.public1' });
    for (const subject of ['one', 'two', 'three']) put(letter({ to: 'lisa@works.example', subject }));
    await ask('send-receive');
    const held = await ask<readonly Row[]>('held.list');
    expect(held).to.have.length(3);
    await ask('status');
    await ask('doctor');
    await ask('held.delete', { message: held[0]?.['message'] });
    await ask('held.release', { message: held[1]?.['message'], mailboxes: ['lisa'] });
    await ask('plugins.enable', { plugin: 'postroom.public1' });
    await ask('held.retry');
  });

  it('about mail that waits at the ISP are as declared', async () => {
    await ask('accounts.change', { account: 'works', set: ['pop3.maxMessageBytes=2000'] });
    for (const subject of ['first', 'second', 'third']) put(letter({ to: 'lisa@works.example', subject, body: 'x'.repeat(5_000) }));
    await ask('send-receive', { accounts: ['works'] });
    const [first, second, third] = await ask<readonly Row[]>('waiting.list');
    await ask('waiting.leave', { account: 'works', message: first?.['message'] });
    await ask('waiting.delete', { account: 'works', message: second?.['message'] });
    await ask('waiting.fetch', { account: 'works', message: third?.['message'] });
    await ask('waiting.list');
    await ask('explain', { live: 'works' });
    await ask('pop3.waiting', { account: 'works' });
  });

  it('about accounts and users are as declared', async () => {
    await askAll({
      'accounts.list': {},
      'accounts.kinds': {},
      'accounts.suggest-kind': { account: 'works' },
      'accounts.advice': { account: 'works' },
      'accounts.check': {},
      'accounts.check-online': {},
      'isp-domainpop.probe': { account: 'works' },
      'isp-regular.learned': {},
      'addressees.trust': {},
      'reply-thread.hosts': {},
      'smtp.host-notes': {},
      'smtp.senders': {},
      'smtp.check-senders': { answer: '127.0.0.1' },
      'pop3.test-login': { account: 'works' },
      'smtp.test-login': { account: 'works' },
      'accounts.add': {
        account: 'branch',
        address: 'mail@branch.example',
        kind: 'regular',
        set: ['pop3.host=127.0.0.1', 'smtp.host=127.0.0.1'],
      },
      'users.list': {},
      'users.add': { account: 'branch', user: 'zoe' },
      'users.change': { account: 'branch', user: 'zoe', set: ['names=["Zoe Smith"]'] },
      'users.rename': { account: 'branch', user: 'zoe', name: 'zora' },
      'users.remove': { account: 'branch', user: 'zora' },
      'accounts.remove': { account: 'branch' },
    });
    await ask('accounts.set-password', { account: 'works', password: 'not this one' });
    for (const command of ['pop3.test-login', 'smtp.test-login']) {
      expect(await ask(command, { account: 'works' }), command).to.include({ ok: false });
    }
    await ask('accounts.set-password', { account: 'works', password: PRACTICE_PASSWORD });
  });

  it('about settings are as declared', async () => {
    await askAll({
      'config.get': {},
      'config.set': { key: 'timer.everyMinutes', value: '15', more: ['timer.outboxCount', '3'] },
      'config.unset': { key: 'timer.outboxCount' },
      'config.validate': { whatIf: 10 },
      'config.history': {},
      'config.diff': {},
      'config.undo': {},
      'config.replace': { file: await readFile(path.join(office.dataDir, 'settings.json'), 'base64') },
      'secrets.rotate': {},
      'secrets.check': {},
      'config.show': {},
    });
    expect(await ask('config.set', { key: 'timer.everyMinutes', value: '15' })).to.include({ value: 15 });
    await askAll({ 'config.get': { key: 'timer.everyMinutes' }, schedule: {}, status: {}, 'config.questions': {} });
    expect(await ask('smtp.check-senders', { answer: 'the scanner' })).to.have.property('problem');
  });

  it('about plugins are as declared', async () => {
    const clamav = (await packFolder(path.join(ROOT, 'sdk', 'samples', 'clamav'))).toString('base64');
    await ask('plugins.add', { plugin: clamav });
    const plugin = 'sample.clamav';
    await ask('plugins.allow', { plugin });
    await ask('plugins.allow', { plugin, yes: true });
    await ask('plugins.allow', { plugin, revoke: true });
    await ask('isolation.check');
    expect(await ask('plugins.order', { services: true })).to.not.be.empty;
    await askAll({ 'plugins.list': { all: true }, 'plugins.order': {}, doctor: {}, 'plugins.remove': { plugin } });
  });

  it('of the practice ISP and of the manager are as declared', async () => {
    await askAll({
      'practice-isp.put': { mailbox: 'practice', text: letter({}) },
      'practice-isp.fault': { fault: 'none' },
      'practice-isp.status': {},
      'admin-ui.sessions': {},
    });
    const { id } = await ask('admin-ui.create-token', { name: 'a script', scopes: ['read'] });
    await ask('admin-ui.tokens');
    await ask('users.set-password', { account: 'admin1', password: 'another password' });
    await ask('admin-ui.revoke-token', { token: id });
    await ask('users.set-password', { account: 'works', user: 'lisa', password: 'another password' });
  });

  it('of a backup are as declared, also where no server runs', async () => {
    const made = await ask('backup.create', { into: folder });
    await ask('backup.verify', { folder: made['folder'] });
    await office.close();
    const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
    for (const [command, args] of [
      ['backup.restore', { folder: made['folder'] }],
      ['doctor', {}],
      ['store.use', {}],
    ] as const) {
      const answer = await (await programHost().standalone(office.dataDir)).run(command, args, call);
      checkedAnswer(command, JSON.parse(JSON.stringify(answer)));
      answered.add(command);
    }
  });

  it('for authors are as declared', async () => {
    const made = path.join(folder, 'my-filter');
    const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
    for (const [command, args] of [
      ['plugins.new', { name: 'my-filter', into: made }],
      ['plugins.validate', { folder: made }],
      ['plugins.pack', { folder: made, into: folder }],
    ] as const) {
      checkedAnswer(command, JSON.parse(JSON.stringify(await (await programHost().standalone()).run(command, args, call))));
      answered.add(command);
    }
  });

  it('have been asked of every command but those that need a login in a browser, a lost key, or a second store', () => {
    const unasked = PRODUCT_COMMANDS.map(({ command }) => command).filter((command) => !answered.has(command));
    expect(unasked).to.have.members(['admin-ui.revoke-session', 'secrets.forget', 'store.copy']);
  });

  it('show rows in every list but those that a quiet office leaves empty: tests of their own fill them', () => {
    const lists = PRODUCT_COMMANDS.filter(({ result }) => result?.['type'] === 'array').map(({ command }) => command);
    expect(lists.filter((command) => !filled.has(command))).to.have.members([
      'accounts.advice',
      'admin-ui.sessions',
      'isp-regular.learned',
      'reply-thread.hosts',
      'smtp.host-notes',
    ]);
  });
});

/** Where objects are that may hold more than they say, or that say nothing of what they always hold: `log.read/items/details`. */
function openObjects(schema: Schema, at: string): readonly string[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
  const choices = (schema['anyOf'] ?? []) as readonly Schema[];
  const { items } = schema as { readonly items?: Schema };
  const isOpen = schema['type'] === 'object' && (schema['additionalProperties'] !== false || schema['required'] === undefined);
  return [
    ...(isOpen ? [at] : []),
    ...properties.flatMap(([key, property]) => openObjects(property, `${at}/${key}`)),
    ...choices.flatMap((choice) => openObjects(choice, at)),
    ...(items === undefined ? [] : openObjects(items, `${at}/items`)),
  ];
}

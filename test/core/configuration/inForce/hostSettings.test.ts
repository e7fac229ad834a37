import '#core/base/injection.js';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LicenceVerdict } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { HostSettings } from '#core/configuration/inForce/hostSettings.js';
import { hasErrors } from '#core/configuration/problems/problems.js';
import { bundledManifests, SMALL } from '../manifests.js';
import { Office } from '../memoryRevisions.js';

const GOOD = `{
  // how often
  "timer.everyMinutes": 7,
  "plugins.enabled": ["acme.small-edition"],
  "accounts": {
    "company": { "kind": "regular", "address": "mail@company.com", "users": { "andrew": {}, "greg": { "cc.to": ["andrew"] } } }
  }
}
`;

const leaks = leakCheck();

describe('HostSettings', () => {
  let office: Office;
  let settings: HostSettings;
  const file = (): string => join(office.path, 'settings.json');
  const make = (): HostSettings => new HostSettings(office.source(), office.revisions, office.events, office.log, office.node);
  const applied = (): Promise<string> => new Promise((resolve) => settings.onDidApply(resolve));
  const judged = (): Promise<void> => new Promise((resolve) => settings.onDidChangeProblems(resolve));

  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  beforeEach(async () => {
    office = await Office.open();
    await writeFile(file(), GOOD);
    settings = make();
    await settings.open(SMALL);
  });

  afterEach(async () => {
    await settings.dispose();
    await office.close();
  });

  async function restart(): Promise<void> {
    await settings.dispose();
    settings = make();
    await settings.open(SMALL);
  }

  it('makes a starter file at the first start that is right for the bundled plugins', async () => {
    await settings.dispose();
    await rm(file());
    office = await Office.open();
    settings = make();
    await settings.open(bundledManifests());
    expect(settings.problems).to.deep.equal([]);
    expect(settings.schema.conflicts).to.deep.equal([]);
    expect(settings.get('plugins.enabled')).to.deep.equal(['postroom.licensing-lite']);
    expect((await stat(file())).mode & 0o777).to.equal(0o600);
    const schema = JSON.parse(await readFile(join(office.path, 'settings.schema.json'), 'utf8')) as object;
    expect(schema)
      .to.have.nested.property('properties.accounts.additionalProperties.properties.kind.enum')
      .that.includes.members(['regular', 'domain']);
    expect(JSON.stringify(schema)).to.not.contain('pop3.password');
  });

  it('has the names of users completed in editors, as they come and go', async () => {
    const examples = async (): Promise<unknown> => {
      const schema = JSON.parse(await readFile(join(office.path, 'settings.schema.json'), 'utf8')) as { properties: { accounts: object } };
      const user = '["additionalProperties"]["properties"]["users"]["additionalProperties"]["properties"]["cc.to"]["items"]["examples"]';
      return [...user.matchAll(/"([^"]+)"/g)].reduce<unknown>(
        (at, [, step]) => (at as Record<string, unknown>)[step ?? ''],
        schema.properties.accounts,
      );
    };
    expect(await examples()).to.deep.equal(['andrew', 'greg']);
    await settings.edit('cli', [{ path: ['accounts', 'company', 'users', 'lisa'], value: {} }]);
    expect(await examples()).to.deep.equal(['andrew', 'greg', 'lisa']);
    await settings.edit('cli', [{ path: ['accounts', 'company', 'users', 'lisa'], value: undefined }]);
    expect(await examples()).to.deep.equal(['andrew', 'greg']);
  });

  it('reads every scope with the defaults', () => {
    expect(settings.get('timer.everyMinutes')).to.equal(7);
    expect(settings.get('pop3.listen')).to.deep.equal([{ port: 110, host: '127.0.0.1', security: 'starttls' }]);
    expect(settings.forAccount('company', 'mail.domains')).to.deep.equal([]);
    expect(settings.forUser('company', 'Greg', 'cc.to')).to.deep.equal(['andrew']);
  });

  it('throws for unknown keys, wrong scopes, secrets and unknown accounts', () => {
    expect(() => settings.get('timer.everyMinute')).to.throw('Did you mean "timer.everyMinutes"?');
    expect(() => settings.get('pop3.host')).to.throw('has the scope "account"');
    expect(() => settings.forAccount('company', 'pop3.password')).to.throw('is a secret');
    expect(() => settings.forAccount('toString', 'pop3.host')).to.throw('There is no account "toString".');
    expect(() => settings.forPlugin({ publisher: 'acme', name: 'x' }).get('y')).to.throw('(Asked for by acme.x.)');
  });

  it('takes a change up that somebody writes into the file, and tells who asked', async () => {
    const heard: string[] = [];
    settings.onDidChange(['timer.'], () => heard.push('timer'));
    settings.onDidChange(['accounts'], () => heard.push('accounts'));
    settings.onDidChange(['timer.everyMinutes'], () => {
      throw new Error('a listener that fails');
    });
    const done = applied();
    await writeFile(file(), GOOD.replace('7', '9'));
    expect(await done).to.equal('editor');
    expect(settings.get('timer.everyMinutes')).to.equal(9);
    expect(heard).to.deep.equal(['timer']);
  });

  it('keeps the last good settings while the file is broken, and after a restart', async () => {
    const broken = judged();
    await writeFile(file(), GOOD.replace('7', '"often'));
    await broken;
    expect(settings.get('timer.everyMinutes')).to.equal(7);
    expect(settings.problems[0]).to.include({ severity: 'error', line: 3 });
    await restart();
    expect(settings.get('timer.everyMinutes')).to.equal(7);
    expect(hasErrors(settings.problems)).to.equal(true);
    const mended = applied();
    await writeFile(file(), GOOD.replace('7', '8'));
    await mended;
    expect(settings.problems).to.deep.equal([]);
    expect(settings.get('timer.everyMinutes')).to.equal(8);
  });

  it('says that the file is gone, and puts the last good version back at the next start', async () => {
    const gone = judged();
    await rename(file(), `${file()}.away`);
    await gone;
    expect(settings.problems[0]?.message).to.contain('The file is gone.');
    await restart();
    expect(await readFile(file(), 'utf8')).to.equal(GOOD);
  });

  for (const [what, text] of [
    ['UTF-16', '\uFEFF{}'],
    ['UTF-16 that says so nowhere', '{}'],
  ] as const) {
    it(`says so where the file is not UTF-8: ${what}`, async () => {
      const refused = judged();
      await writeFile(file(), Buffer.from(text, 'utf16le'));
      await refused;
      expect(settings.problems[0]?.message).to.equal('The file is not UTF-8 text. Save it again with the encoding UTF-8.');
      expect(settings.get('timer.everyMinutes')).to.equal(7);
    });
  }

  it('says so where a folder stands in place of the file', async () => {
    const gone = judged();
    await rename(file(), `${file()}.away`);
    await gone;
    const refused = judged();
    await mkdir(file());
    await refused;
    expect(settings.problems[0]?.message).to.match(/^A folder stands in its place\./);
    expect(settings.get('timer.everyMinutes')).to.equal(7);
  });

  it('edits with comments kept, a revision and an event, and does not take its own write for somebody else', async () => {
    const events: string[] = [];
    office.events.on((event) => events.push(event.type === 'settings' ? event.author : event.type));
    const change = await settings.edit('cli', [{ path: ['timer.everyMinutes'], value: 3 }]);
    expect(change).to.include({ ok: true, etag: settings.etag });
    expect(await readFile(file(), 'utf8')).to.equal(GOOD.replace('7', '3'));
    await settings.reload();
    expect(events).to.deep.equal(['cli']);
    expect((await settings.history()).map((each) => each.author)).to.deep.equal(['cli', 'editor']);
    expect((await readdir(office.path)).filter((name) => name.endsWith('.tmp'))).to.deep.equal([]);
  });

  it('refuses a wrong edit whole, and a secret without repeating it', async () => {
    const planted = 'hunter2-planted';
    const change = await settings.edit('cli', [
      { path: ['timer.everyMinutes'], value: 3 },
      { path: ['accounts', 'company', 'pop3.password'], value: planted },
    ]);
    expect(change.ok).to.equal(false);
    expect(JSON.stringify(change)).to.contain('is a secret').and.to.not.contain(planted);
    expect(office.log.lines.join('\n')).to.not.contain(planted);
    expect(await readFile(file(), 'utf8')).to.equal(GOOD);
    expect(settings.get('timer.everyMinutes')).to.equal(7);
  });

  it('refuses an edit that does not fit the structure', async () => {
    const change = await settings.edit('cli', [{ path: ['timer.everyMinutes', 'x', 'y'], value: 3 }]);
    expect(change).to.include({ ok: false, code: 'settings/invalid' });
  });

  it('lets only one of two administrators save the same version', async () => {
    const { etag } = settings;
    const changes = await Promise.all([4, 5].map((value) => settings.edit('manager', [{ path: ['timer.everyMinutes'], value }], { etag })));
    expect(changes.map((change) => (change.ok ? 'ok' : change.code))).to.deep.equal(['ok', 'settings/conflict']);
    expect(settings.get('timer.everyMinutes')).to.equal(4);
  });

  it('notices a hand-made change before an edit goes over it', async () => {
    const { etag } = settings;
    await writeFile(file(), GOOD.replace('7', '11'));
    const change = await settings.edit('manager', [{ path: ['timer.everyMinutes'], value: 5 }], { etag });
    expect(change).to.include({ ok: false, code: 'settings/conflict' });
    expect(settings.get('timer.everyMinutes')).to.equal(11);
  });

  it('shows what differs and goes back', async () => {
    await settings.edit('cli', [{ path: ['timer.everyMinutes'], value: 3 }]);
    expect(await settings.diff(1))
      .to.contain('-  "timer.everyMinutes": 7,')
      .and.to.contain('+  "timer.everyMinutes": 3,');
    expect((await settings.undo('cli')).ok).to.equal(true);
    expect(settings.text).to.equal(GOOD);
    expect((await settings.undo('cli', 99)).ok).to.equal(false);
  });

  it('counts a former key as the new one and renames it with the next edit', async () => {
    await settings.replace('cli', '{\n  // nine\n  "timer.minutes": 9\n}');
    expect(settings.get('timer.everyMinutes')).to.equal(9);
    await settings.edit('cli', [{ path: ['log.keepDays'], value: 5 }]);
    expect(settings.text).to.equal('{\n  // nine\n  "timer.everyMinutes": 9,\n  "log.keepDays": 5\n}');
    expect(settings.problems).to.deep.equal([]);
    // The text with the former name is kept: for the Postroom that knows no other.
    const [, former] = await settings.history();
    expect((await office.revisions.get(former?.id ?? 0))?.text).to.equal('{\n  // nine\n  "timer.minutes": 9\n}');
  });

  it('remembers who made each version: at the first start, in an editor, by a command, with renamed settings, going back', async () => {
    const authors = async (): Promise<readonly string[]> => (await settings.history()).map(({ author }) => author).reverse();
    expect(await authors(), 'a file that was there').to.deep.equal(['editor']);
    await settings.dispose();
    await office.close();
    office = await Office.open();
    settings = make();
    await settings.open(SMALL);
    expect(await authors()).to.deep.equal(['first start']);
    await restart();
    await rm(file());
    await restart();
    expect(await authors(), 'neither a restart nor the last good version put back is a version').to.deep.equal(['first start']);
    await settings.edit('setup', [{ path: ['timer.everyMinutes'], value: 3 }]);
    const done = applied();
    await writeFile(file(), '{ "timer.minutes": 9 }');
    expect(await done).to.equal('editor');
    await settings.edit('manager:ADMIN1', [{ path: ['log.keepDays'], value: 5 }]);
    const undone = applied();
    await settings.undo('cli', 2);
    expect(await undone, 'for those who ask whether it needs a confirmation').to.equal('cli');
    await settings.undo('cli');
    expect(await authors()).to.deep.equal([
      'first start',
      'setup',
      'editor',
      'manager:ADMIN1, with renamed settings',
      'cli, back to 2',
      'cli, back to 4',
    ]);
  });

  it('refuses growth beyond the edition, but not a way back or a change of the edition', async () => {
    const verdict: LicenceVerdict = {
      granted: false,
      edition: 'small',
      reason: 'Small shares 2 users.',
      remedy: 'Enable acme.large-edition.',
    };
    settings.setLimitCheck(() => verdict);
    const carolyn = { path: ['accounts', 'company', 'users', 'carolyn'], value: {} };
    const refused = await settings.edit('cli', [carolyn]);
    expect(refused.problems[0]?.message).to.equal('Small shares 2 users. Enable acme.large-edition.');
    expect((await settings.edit('cli', [{ path: ['timer.everyMinutes'], value: 3 }])).ok).to.equal(true);
    expect((await settings.edit('cli', [{ path: ['accounts', 'company', 'users', 'greg'], value: undefined }])).ok).to.equal(true);
    expect((await settings.edit('cli', [{ path: ['plugins.enabled'], value: ['acme.large-edition'] }, carolyn])).ok).to.equal(true);
  });

  it('loads a file that starts beyond the edition', async () => {
    settings.setLimitCheck(() => ({ granted: false, edition: 'small', reason: 'Too many.', remedy: '' }));
    await restart();
    expect(hasErrors(settings.problems)).to.equal(false);
  });

  it('knows the settings of a plugin that is added while it runs', async () => {
    await settings.replace('cli', '{ "acme.colour": "red" }');
    expect(settings.problems[0]?.message).to.contain('not a setting that any installed plugin knows');
    const added = {
      ...SMALL[1],
      name: 'paint',
      contributes: { configuration: { title: 'Paint', properties: { 'acme.colour': { type: 'string' } } } },
    };
    await settings.setManifests([...SMALL, added as (typeof SMALL)[number]]);
    expect(settings.problems).to.deep.equal([]);
    expect(settings.get('acme.colour')).to.equal('red');
  });

  it('leaves a wrong declaration out and says whose it is', async () => {
    const bad = {
      ...SMALL[1],
      name: 'bad',
      contributes: { configuration: { title: 'Bad', properties: { 'bad.x': { type: 'strnig' }, 'log.level': {} } } },
    };
    await settings.setManifests([...SMALL, bad as (typeof SMALL)[number]]);
    expect(settings.schema.conflicts).to.have.length(2);
    expect(settings.schema.conflicts[0]).to.contain('acme.bad declares the setting "bad.x", which is left out');
    expect(settings.get('log.level')).to.equal('info');
  });

  it('keeps the permissions that the file has', async () => {
    await chmod(file(), 0o644);
    await settings.edit('cli', [{ path: ['timer.everyMinutes'], value: 3 }]);
    expect((await stat(file())).mode & 0o777).to.equal(0o644);
  });
});

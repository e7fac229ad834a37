// What people get wrong, through the real command line: each time a sentence that says what to do, an exit code, and nothing lost.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { closedPort } from '../kit/closedPort.js';
import { letter } from '../kit/letter.js';
import { Office } from '../kit/office.js';
import { officeSettings, REGULAR } from '../kit/officeSettings.js';

const DONE = 0;
const FAILED = 1;
const CONFIGURATION = 78;
/** A user of the system without rights, where the tests run as root. */
const NOBODY = 65534;

type Data = Record<string, unknown>;

describe('bad input', function () {
  this.timeout(90_000);
  let isp: PracticeIsp;
  let folder = '';
  let settings: Data = {};
  let office: Office;

  beforeEach(async () => {
    isp = await PracticeIsp.start();
    isp.mailbox('mail');
    isp.mailbox('post');
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-bad-'));
    await chmod(folder, 0o755);
    settings = { ...officeSettings(isp), 'log.level': 'info' };
    office = await Office.make(path.join(folder, 'data'), settings);
  });

  afterEach(async () => {
    await office.stop();
    await isp.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const file = (): Promise<string> => readFile(path.join(office.dataDir, 'settings.json'), 'utf8');
  const account = (change: Data): Data => {
    const { company, works } = settings['accounts'] as { readonly company: Data; readonly works: Data };
    return { ...settings, accounts: { company: { ...company, ...change }, works } };
  };
  /** Collects once; answers what the round said about the account `company`. */
  async function send(): Promise<{
    readonly code: number;
    readonly error: string;
    readonly company: { readonly stored: number; readonly failed: readonly string[] };
  }> {
    const { code, out, error } = await office.run(['send-receive', 'company', '--json']);
    const { rounds } = JSON.parse(out) as { readonly rounds: readonly [{ readonly stored: number; readonly failed: readonly string[] }] };
    return { code, error, company: rounds[0] };
  }

  describe('in an edit is refused, and changes nothing', () => {
    const EDITS: readonly (readonly [what: string, args: readonly string[], sentence: RegExp])[] = [
      ['an unknown key', ['config', 'set', 'timer.everyMinute', '5'], /timer\.everyMinute\b.*timer\.everyMinutes/s],
      ['a wrong type', ['config', 'set', 'timer.everyMinutes', '"soon"'], /timer\.everyMinutes.*whole number/s],
      ['CC to nobody', ['users', 'change', 'company', 'carolyn', 'cc.to=["nobody"]'], /"nobody" is no user of the account "company"/],
      ['an unknown kind', ['config', 'set', 'accounts.company.kind', 'imap'], /kind.*"domain", "regular", not "imap"/],
    ];
    for (const [what, args, sentence] of EDITS) {
      it(what, async () => {
        const before = await file();
        const { code, out, error } = await office.run(args);
        expect(error, out).to.match(sentence);
        expect(code).to.equal(CONFIGURATION);
        expect(await file()).to.equal(before);
      });
    }
  });

  describe('in a file is found by "config validate", with its line', () => {
    const FILES: readonly (readonly [what: string, change: () => Data, sentence: RegExp])[] = [
      ['a wrong type', () => ({ ...settings, 'timer.everyMinutes': 'soon' }), /:\d+:\d+ error timer\.everyMinutes: /],
      [
        'CC to nobody',
        () => account({ users: { andrew: { 'cc.to': ['nobody'] } } }),
        /:\d+:\d+ error accounts\/company\/users\/andrew\/cc\.to\S*: .*nobody/,
      ],
      ['an unknown kind', () => account({ kind: 'imap' }), /:\d+:\d+ error accounts\/company\/kind: .*imap/],
    ];
    for (const [what, change, sentence] of FILES) {
      it(what, async () => {
        const wrong = path.join(folder, 'wrong.json');
        await writeFile(wrong, JSON.stringify(change(), undefined, 2));
        const { code, out, error } = await office.run(['config', 'validate', wrong]);
        expect(error, out).to.match(sentence);
        expect(code).to.equal(CONFIGURATION);
      });
    }

    it('and for scripts as a list, with a code', async () => {
      const wrong = path.join(folder, 'wrong.json');
      await writeFile(wrong, JSON.stringify(account({ kind: 'imap' }), undefined, 2));
      const { code, out } = await office.run(['config', 'validate', wrong, '--json']);
      const { error } = JSON.parse(out) as { error: { code: string; fields: { problems: object[] } } };
      expect(error.code).to.equal('settings/invalid');
      expect(error.fields.problems[0])
        .to.include({ severity: 'error', path: 'accounts/company/kind' })
        .and.to.include.keys('line', 'column');
      expect(code).to.equal(CONFIGURATION);
    });

    it('an unknown key is a warning with the nearest known one', async () => {
      const odd = path.join(folder, 'odd.json');
      await writeFile(odd, JSON.stringify({ ...settings, 'timer.everyMinute': 5 }, undefined, 2));
      const { code, out } = await office.run(['config', 'validate', odd]);
      expect(out).to.match(/timer\.everyMinute\b.*timer\.everyMinutes/s);
      expect(code).to.equal(DONE);
    });
  });

  describe('while a server runs', () => {
    it('a second one on the same data folder is refused by the number of the first', async () => {
      await office.start();
      const { code, error } = await office.run(['serve']);
      expect(error).to.match(/data folder .* is in use by process \d+\. Stop that server first, or use another folder with --data\./);
      expect(code).to.equal(FAILED);
      expect(await office.json<object>('status')).to.have.property('service', 'running');
    });

    it('a bad edit of the file is told of, and the last good settings stay in force', async () => {
      await office.start();
      const good = await file();
      await writeFile(path.join(office.dataDir, 'settings.json'), good.replace('"timer.everyMinutes": 0', '"timer.everyMinutes": "soon"'));
      const { code, error } = await office.run(['config', 'validate']);
      expect(error).to.match(/timer\.everyMinutes/);
      expect(code).to.equal(CONFIGURATION);
      expect(await office.json<number>('config', 'get', 'timer.everyMinutes')).to.equal(0);
      expect(await office.json<object>('status')).to.have.property('service', 'running');
    });
  });

  describe('in the choice of the edition stops the service with the way out, and keeps the mail', () => {
    const EDITIONS: readonly (readonly [what: string, enabled: readonly string[], sentence: RegExp])[] = [
      [
        'two editions',
        ['postroom.licensing-pro', 'postroom.licensing-lite'],
        /2 editions are enabled at once: postroom\.licensing-lite and postroom\.licensing-pro\. Leave exactly one/,
      ],
      ['no edition', [], /No edition is enabled\. Enable postroom\.licensing-lite .* or postroom\.licensing-pro/],
    ];
    for (const [what, enabled, sentence] of EDITIONS) {
      it(what, async () => {
        isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'Stays' }));
        await office.command(['accounts', 'set-password', 'company'], `${PRACTICE_PASSWORD}\n`);
        await office.start();
        expect((await send()).company.stored).to.equal(1);
        await office.stop();
        await writeFile(path.join(office.dataDir, 'settings.json'), JSON.stringify({ ...settings, 'plugins.enabled': enabled }));
        await office.start();
        expect(office.ready.problems.join('\n')).to.match(sentence);
        expect([...office.ready.pop3, ...office.ready.smtp]).to.deep.equal([]);
        const licence = await office.run(['licence']);
        expect(licence.out).to.match(/^granted +false$/m);
        expect(licence.code).to.equal(FAILED);
        const boxes = await office.json<readonly Data[]>('mailboxes', 'list');
        expect(boxes.find(({ user }) => user === 'andrew')).to.include({ account: 'company', messages: 1 });
      });
    }
  });

  it('a port in use is a sentence with the way out, and the rest runs', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { readonly port: number };
    try {
      await office.command(['config', 'set', 'pop3.listen', JSON.stringify([{ host: '127.0.0.1', port, security: 'plain' }])]);
      await office.start();
      expect(office.ready.pop3).to.deep.equal([]);
      expect(office.ready.smtp).to.have.length(1);
      expect(office.ready.problems.join('\n')).to.match(new RegExp(`${port}.*in use.*pop3\\.listen`, 's'));
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  describe('at the ISP', () => {
    beforeEach(async () => {
      isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'Waits' }));
      await office.start();
    });
    const afterwards = async (): Promise<void> => {
      await office.command(['accounts', 'set-password', 'company'], `${PRACTICE_PASSWORD}\n`);
      expect((await send()).company).to.deep.include({ stored: 1, failed: [] });
    };

    it('no password yet: the round says which command sets it, and the mail waits', async () => {
      const { code, company } = await send();
      expect(company.failed.join()).to.match(/No password is set for account company.*set-password company|pop3\.password/);
      expect(code).to.equal(FAILED);
      await afterwards();
    });

    it('a wrong password: the round says so, and the mail waits', async () => {
      await office.command(['accounts', 'set-password', 'company'], 'not the password\n');
      const { code, company } = await send();
      expect(company.failed.join()).to.match(/refused the login of account company.*pop3\.password/);
      expect(company.failed.join()).to.not.include('not the password');
      expect(code).to.equal(FAILED);
      await afterwards();
    });
  });

  it('an ISP that is down: the round says where it looked, and the mail is collected later', async () => {
    const { port, release } = await closedPort();
    isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'Waits' }));
    await office.command(['accounts', 'set-password', 'company'], `${PRACTICE_PASSWORD}\n`);
    await office.command(['accounts', 'change', 'company', `pop3.port=${port}`]);
    await office.start();
    const down = await send();
    expect(down.company.failed.join()).to.match(new RegExp(`127\\.0\\.0\\.1:${port}|127\\.0\\.0\\.1.*port ${port}`));
    expect(down.code).to.equal(FAILED);
    release();
    await office.command(['accounts', 'change', 'company', `pop3.port=${isp.pop3.port}`]);
    expect((await send()).company).to.deep.include({ stored: 1, failed: [] });
  });

  it('a data folder that may not be written is named, with what must be', async function () {
    const root = process.getuid?.() === 0;
    const as = root ? NOBODY : undefined;
    if (root && (await office.run(['--version'], '', NOBODY)).code !== DONE) {
      process.stdout.write(
        'Not tried: a data folder that may not be written. The tests run as root, and this checkout is hidden from other users.\n',
      );
      this.skip();
    }
    await chmod(office.dataDir, 0o555);
    const { code, error } = await office.run(['serve'], '', as);
    expect(error).to.match(/data folder .* can't be written .* must belong to the user that runs Postroom/);
    expect(code).to.equal(CONFIGURATION);
    await chmod(office.dataDir, 0o755);
  });
});

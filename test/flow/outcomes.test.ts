// A stranger's plugin hears what became of each try to send, in a process of its own.
import '#core/base/injection.js';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { packFolder } from '../kit/packedPlugin.js';
import type { Postroom } from '../kit/postroom.js';

const MANIFEST = {
  name: 'listener',
  publisher: 'acme',
  version: '1.0.0',
  type: 'module',
  main: './plugin.js',
  displayName: 'PortListener',
  description: 'Hears what was sent.',
  engines: { postroom: '^1.0.0' },
  contributes: { taps: [{ hook: 'onDeliver', name: 'hear', stage: 'outcome' }] },
};
const CODE = `export function activate(context) {
  context.subscriptions.push(context.hooks.onDeliver.tap('hear', async ({ mail, to, receipt }) => {
    let octets = 0;
    for await (const piece of to.content()) octets += piece.length;
    const told = receipt.map(({ recipient, outcome, retryAfter }) => recipient + ' ' + outcome + (retryAfter instanceof Date ? ' later' : ''));
    context.log.info('Heard: ' + mail.header('Subject') + ': ' + told.join(', ') + '; ' + (octets === to.size ? 'whole' : 'cut'));
  }));
}`;

onEachStore('what became of a try to send', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let work: string;
  beforeEach(async () => {
    office = await store.start({ clock: store.clock() });
    work = await mkdtemp(path.join(tmpdir(), 'postroom-outcomes-'));
  });
  afterEach(async () => {
    await office.stop();
    await rm(work, { recursive: true });
  });

  it('is told to a plugin of stage outcome, once the round has ended at the latest, and of nothing that stayed here', async () => {
    await mkdir(path.join(work, 'listener'));
    await writeFile(path.join(work, 'listener', 'package.json'), JSON.stringify(MANIFEST));
    await writeFile(path.join(work, 'listener', 'plugin.js'), CODE);
    await office.run('plugins.add', { plugin: (await packFolder(path.join(work, 'listener'))).toString('base64') });
    office.isp.faults.smtp.answerRecipient('gone@far.example', '550 5.1.1 No such user');
    office.isp.faults.smtp.answerRecipient('busy@far.example', '450 4.2.1 Busy');
    const all = ['ruth@far.example', 'gone@far.example', 'busy@far.example'];
    await office.submit(
      'andrew',
      [...all, REGULAR],
      letter({ from: REGULAR, to: `${all.join(', ')}, greg <${REGULAR}>`, subject: 'three' }),
    );
    expect(office.log).to.not.include('Heard');
    await office.round();
    expect(office.log).to.match(
      /Heard: three: ruth@far\.example delivered, gone@far\.example failed, busy@far\.example deferred(?: later)?; whole/,
    );
    await office.submit('andrew', [REGULAR], letter({ from: REGULAR, to: `greg <${REGULAR}>`, subject: 'inside' }));
    await office.round();
    expect(office.log).to.not.include('Heard: inside');
    expect((await office.run<{ problems?: unknown[] }>('status')).problems ?? []).to.deep.equal([]);
  });
});

// What a client said with a message goes along when the message had to wait.

import { Outbox } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';

const FAR = 'ruth@customer.example';

onEachStore('a submitted message that had to wait', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
    await office.run('plugins.disable', { plugin: 'postroom.public1' });
    const recipients = [`<${FAR}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;ruth@customer.example`, `lisa@${DOMAIN}`];
    await office.submit('andrew', recipients, letter({ from: REGULAR, to: `${FAR}, lisa@${DOMAIN}`, subject: 'Waits' }));
    expect(await office.service(Outbox).list(), 'nobody gets it before all may').to.deep.equal([]);
    expect(await office.subjects('lisa')).to.deep.equal([]);
  });
  afterEach(() => office.stop());

  it('R37 keeps its DSN parameters and its Received line on the way out', async () => {
    await office.run('plugins.enable', { plugin: 'postroom.public1' });
    await office.round();
    const [sent, ...more] = office.isp.outgoing;
    expect(more).to.deep.equal([]);
    expect(sent?.recipientParameters[FAR]).to.include({ NOTIFY: 'SUCCESS,FAILURE' });
    expect(sent?.octets.toString()).to.match(/^Received: from office\.example \(\[127\.0\.0\.1\]\)\s+by /);
    expect(await office.subjects('lisa')).to.deep.equal(['Waits']);
  });

  it('goes to those outside also where the administrator names who gets it here', async () => {
    const [held] = await office.run<readonly { readonly message: string }[]>('held.list');
    await office.run('held.release', { message: held?.message, mailboxes: ['greg'] });
    expect(await office.subjects('greg')).to.deep.equal(['Waits']);
    expect((await office.service(Outbox).list()).map(({ recipient, notify }) => [recipient, notify])).to.deep.equal([
      [FAR, ['SUCCESS', 'FAILURE']],
    ]);
  });
});

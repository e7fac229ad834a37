// Messages in the Outbox that are difficult to send: what stands behind them must not wait for them.
import path from 'node:path';
import { Outbox } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const FAR = 'ruth@customer.example';

describe('a message that is difficult to send', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  it('R57 is set aside where its octets are damaged, the administrator is told, and the next one is sent', async () => {
    for (const subject of ['damaged', 'behind it']) await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject }));
    const [first, second] = await office.service(Outbox).list();
    await office.close();
    const connection = await Connection.open(path.join(office.dataDir, 'postroom.db'), 'write');
    await connection.run('DELETE FROM chunk WHERE id >> 20 = ?', [Number(first?.message)]);
    await connection.close();
    await office.open();
    expect(await office.round()).to.include({ sent: 1, bounced: 0 });
    expect(office.isp.outgoing.map(({ octets }) => /^Subject: (.*)\r$/m.exec(String(octets))?.[1])).to.deep.equal(['behind it']);
    expect((await office.service(Outbox).list()).map(({ id, state }) => ({ id, state }))).to.deep.equal([{ id: first?.id, state: 'held' }]);
    const log = await office.run<readonly { readonly kind: string; readonly text: string }[]>('log.read', { limit: 20 });
    expect(log.find(({ kind }) => kind === 'problem')?.text).to.include(`Mail to ${FAR} is on hold`);
    expect(second?.id).to.not.equal(first?.id);
  });

  it('R34 R35 goes out with lines of any length, and with every lone CR and LF as it was stored', async () => {
    const long = 'x'.repeat(5_000);
    await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject: 'long', body: `${long}\r\none\rtwo` }));
    await office.round();
    const text = String(office.isp.outgoing[0]?.octets);
    expect(text).to.include(`\r\n${long}\r\n`);
    expect(text).to.include('\r\none\r\ntwo\r\n');
  });

  it('R60 leaves by the ISP of its author', async () => {
    await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR }));
    await office.submit('lisa', [FAR], letter({ from: `lisa@${DOMAIN}`, to: FAR }));
    await office.round();
    const senders = office.isp.outgoing.map(({ user, from }) => `${user} ${from}`);
    expect(senders).to.have.members([`mail ${REGULAR}`, `post lisa@${DOMAIN}`]);
  });
});

import { expect } from 'chai';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';

describeReading('POP3 client deleting at the ISP', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

  it('C33 deletes without reading again when the answer to QUIT was lost (75)', async () => {
    at.isp.put(mail('one'));
    at.isp.script = (command) => (command === 'QUIT' ? 'cut' : undefined);
    const report = await at.round();
    expect(report.stored).to.equal(1);
    expect(codes(report), 'all was collected: a good round').to.deep.equal([]);
    expect(at.journal.stateOf('id1')).to.equal('stored');
    at.isp.script = () => undefined;
    expect(await at.round()).to.include({ fetched: 0 });
    expect(at.isp.commands.filter((command) => command.startsWith('RETR'))).to.have.length(1);
    expect(at.isp.messages).to.have.length(0);
    expect(at.journal.stateOf('id1')).to.equal('gone');
  });

  it('C35 C36 keeps what DELE or QUIT refused, asks again, and says so where it is refused again', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) => (command === 'DELE 1' ? '-ERR no\r\n' : undefined);
    expect(codes(await at.round())).to.deep.equal([]);
    expect(at.journal.stateOf('id1')).to.equal('stored');
    expect(at.journal.stateOf('id2')).to.equal('gone');
    const again = await at.round();
    expect(codes(again)).to.deep.equal(['isp/temporary']);
    expect(again.failed[0]?.message).to.include('refuses to delete 1 message(s) of account company ("no")');
    expect(again.failed[0]?.uidl, 'the account goes on collecting at its usual times').to.equal('id1');
    at.isp.script = (command) => (command === 'QUIT' ? '-ERR not removed\r\n' : undefined);
    expect(codes(await at.round())).to.deep.equal(['isp/temporary']);
    expect(at.journal.stateOf('id1')).to.equal('stored');
    at.isp.script = () => undefined;
    await at.round();
    expect(at.journal.stateOf('id1')).to.equal('gone');
    expect(at.intake.texts).to.have.length(2);
  });

  it('F55 does not collect again what a server keeps in spite of DELE', async () => {
    at.isp.put(mail('one'));
    const kept = [...at.isp.messages];
    await at.round();
    at.isp.messages = kept;
    expect(await at.round()).to.include({ fetched: 0 });
    expect(at.isp.commands.filter((command) => command === 'DELE 1')).to.have.length(2);
  });

  it('C38 leaves mail on the server for days that count from its collection', async () => {
    at.host.accountValues['pop3.leaveOnServerDays'] = 7;
    at.isp.put(mail('one'), mail('two'));
    await at.round();
    expect(at.isp.messages).to.have.length(2);
    at.journal.stored({ uidl: 'id1', listedSize: mail('one').length, server: '' }, new Date(Date.now() - 7 * 86_400_000));
    expect(await at.round()).to.include({ fetched: 0 });
    expect(at.isp.messages.map(({ uidl }) => uidl)).to.deep.equal(['id2']);
    at.host.accountValues['pop3.leaveOnServerDays'] = -1;
    at.journal.stored({ uidl: 'id2', listedSize: mail('two').length, server: '' }, new Date(0));
    await at.round();
    expect(at.isp.messages).to.have.length(1);
  });
});

// Who sends without a login: nobody, this computer included, whose address nobody has written down.
import '#core/base/injection.js';
import { Outbox } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';
import { LineClient } from '../plugins/smtp/lineClient.js';

describe('mail without a login', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    // As a new server has it, but for the ports.
    const listen = ['starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security }));
    office = await Postroom.start({ settings: { 'smtp.listen': listen, 'smtp.plaintextNetworks': undefined } });
  });
  afterEach(() => office.stop());

  const port = (security: string): number =>
    office.service(Ports).ports.find((each) => each.protocol === 'smtp' && each.security === security && each.problem === undefined)
      ?.port ?? 0;
  const connected = async (security: 'starttls' | 'tls'): Promise<LineClient> => {
    const client = await LineClient.open(port(security), security === 'tls' ? 'tls' : 'plain');
    await client.run('EHLO webshop');
    return client;
  };

  it('is refused from this computer as from any other, with a sentence that names the login and the setting (claimed 7)', async () => {
    for (const security of ['starttls', 'tls'] as const) {
      const client = await connected(security);
      for (const from of [REGULAR, 'lisa@works.example', '', 'stranger@elsewhere.example']) {
        const said = await client.say(`MAIL FROM:<${from}>`);
        expect(said, from).to.match(/^530 5\.7\.0 Log in first/);
        expect(said, from).to.include('the administrator adds its address, 127.0.0.1, to the setting smtp.trustedNetworks');
        expect(said.length).to.be.lessThan(510);
      }
      expect(await client.say(`RCPT TO:<${REGULAR}>`)).to.match(/^503 /);
      client.close();
    }
    const plain = await connected('starttls');
    expect(await plain.say('AUTH PLAIN AGFuZHJldwBvcGVuIHNlc2FtZQ=='), 'nor does a password cross in clear text').to.match(/^538 /);
    expect(await plain.say(`MAIL FROM:<${REGULAR}>`)).to.include('Log in first over TLS (STARTTLS)');
    plain.close();
    expect(await office.service(Outbox).list()).to.deep.equal([]);
    expect(await office.run('mailboxes.list').then((rows) => JSON.stringify(rows))).to.not.match(/"messages":[1-9]/);
    const told = office.log.match(/Mail from 127\.0\.0\.1 was refused: it did not log in/g);
    expect(told, 'once, for whoever looks after the scanner').to.have.length(1);
  });

  it('is taken after a login, and from an address that somebody has written down', async () => {
    const client = await connected('tls');
    const credentials = Buffer.from('\0andrew\0open sesame').toString('base64');
    await client.run(`AUTH PLAIN ${credentials}`);
    await client.run(`MAIL FROM:<${REGULAR}>`, 'RCPT TO:<a@b.example>', 'DATA');
    expect(await client.say(`From: ${REGULAR}\r\n\r\nx\r\n.`)).to.match(/^250 /);
    client.close();
    const before = port('starttls');
    await office.run('config.set', { key: 'smtp.trustedNetworks', value: '["127.0.0.1"]' });
    await until('the ports are opened anew', () => port('starttls') !== 0 && port('starttls') !== before);
    const device = await connected('starttls');
    await device.run(`MAIL FROM:<${REGULAR}>`, 'RCPT TO:<a@b.example>', 'DATA');
    expect(await device.say(`From: ${REGULAR}\r\n\r\nx\r\n.`)).to.match(/^250 /);
    expect(await device.say('MAIL FROM:<stranger@elsewhere.example>'), 'as an account of this server only').to.match(/^550 5\.7\.1 /);
    device.close();
  });

  it('needs a login also where the password may cross in clear text', async () => {
    const before = port('starttls');
    await office.run('config.set', { key: 'smtp.plaintextNetworks', value: '["127.0.0.1"]' });
    await until('the ports are opened anew', () => port('starttls') !== 0 && port('starttls') !== before);
    const client = await connected('starttls');
    expect(await client.say(`MAIL FROM:<${REGULAR}>`)).to.match(/^530 /);
    await client.run(`AUTH PLAIN ${Buffer.from('\0andrew\0open sesame').toString('base64')}`, `MAIL FROM:<${REGULAR}>`);
    client.close();
  });
});

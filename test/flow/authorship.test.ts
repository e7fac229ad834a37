// Who wrote a mail in the office: what its header says is checked against who logged in, for colleagues as for the outside (RFC 6409 section 8).
import { SettingsService } from '@postroom/sdk/services';
import '#core/base/injection.js';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { filterThat, plantStranger } from '../kit/strangerPlugin.js';
import { LineClient } from '../plugins/smtp/lineClient.js';

const FAR = 'ruth@customer.example';
const OWN = `greg <${REGULAR}>`;

describe('who wrote a mail in the office', () => {
  const leaks = leakCheck();
  let office: Postroom;
  before(async () => {
    await leaks.begin();
    office = await Postroom.start({ settings: { 'smtp.trustedNetworks': ['127.0.0.1'] } });
  });
  after(async () => {
    await office.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  const set = (account: string, key: string, value: unknown): Promise<unknown> =>
    office.service(SettingsService).edit('test', [{ path: ['accounts', account, key], value }]);
  let count = 0;

  /** Sends header lines as `user`; answers what the server said, and the copy of `reader`. */
  async function sent(
    lines: readonly string[],
    { user = 'greg', to = `carolyn <${REGULAR}>`, rcpt = [REGULAR], reader = 'carolyn', from }: Partial<Sending> = {},
  ): Promise<{ readonly said: string; readonly copy: string }> {
    count += 1;
    const text = [...lines, `To: ${to}`, `Subject: mail ${count}`, `Message-ID: <${count}@company.example>`, '', 'Hello.'].join('\r\n');
    const said = await office.submit(user, rcpt, text, from);
    const copy = (await office.pickUp(reader)).find((each) => each.text.includes(`Subject: mail ${count}\r\n`))?.text ?? '';
    return { said, copy: (copy.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]/g, ' ') };
  }
  interface Sending {
    readonly user: string;
    readonly to: string;
    readonly rcpt: readonly string[];
    readonly reader: string;
    readonly from: string;
  }
  const lineOf = (copy: string, name: string): readonly string[] =>
    copy.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));

  it("is what the mail program says where that is the author's own, octet for octet", async () => {
    for (const from of [
      OWN,
      `"greg" <${REGULAR}>`,
      `Greg Jones <${REGULAR}>`,
      `GREG <${REGULAR}>`,
      `${REGULAR} (greg)`,
      `=?utf-8?Q?Gre=67?= <${REGULAR}>`,
    ]) {
      const { said, copy } = await sent([`From: ${from}`]);
      expect(said, from).to.match(/^250/);
      expect(lineOf(copy, 'From'), from).to.deep.equal([`From: ${from}`]);
      expect(lineOf(copy, 'Sender'), from).to.deep.equal([]);
    }
  });

  it('is named where From names nobody', async () => {
    for (const lines of [
      [],
      [`From: ${REGULAR}`],
      [`From: <${REGULAR}>`],
      [`From: The Boss <${REGULAR}>`],
      ['From: greg@127.0.0.1'],
      ['from :  '],
      ['From: greg@[127.0.0.1]'],
    ]) {
      const { copy } = await sent(lines);
      expect(
        lineOf(copy, 'From').filter((line) => line.length > 7),
        lines.join(),
      ).to.deep.equal([`From: ${OWN}`]);
    }
  });

  const FALSE_ONES: readonly (readonly [what: string, lines: readonly string[]])[] = [
    ["a colleague's name", [`From: andrew <${REGULAR}>`]],
    ["a colleague's name in other words", [`From: "Smith, ANDREW (Sales)" <${REGULAR}>`]],
    ["a colleague's name as an encoded-word", [`From: =?UTF-8?B?${Buffer.from('andrew').toString('base64')}?= <${REGULAR}>`]],
    ["a colleague's name with letters that look alike", [`From: =?UTF-8?B?${Buffer.from('аndrew').toString('base64')}?= <${REGULAR}>`]],
    ["a colleague's name as a comment", [`From: ${REGULAR} (andrew)`]],
    ["a colleague's name as an address", [`From: "andrew@company.example" <${REGULAR}>`]],
    ["a colleague's tag", ['From: mail+andrew@company.example']],
    ["a colleague's address at this server", ['From: andrew@127.0.0.1']],
    ['ADMIN1', [`From: ADMIN1 <${REGULAR}>`]],
    ['PUBLIC1', [`From: public <${REGULAR}>`]],
    ['another address', ['From: ceo@bank.example']],
    ["another account's address", [`From: lisa@${DOMAIN}`]],
    ['several addresses, the own one first', [`From: ${OWN}, andrew <${REGULAR}>`]],
    ['several addresses, the own one last', [`From: ceo@bank.example, ${OWN}`]],
    ['several fields', [`From: ${OWN}`, `From: andrew <${REGULAR}>`]],
    ['several fields, one with a space before the colon', [`From : andrew <${REGULAR}>`, `From: ${OWN}`]],
    ['a group with a colleague’s name', [`From: andrew: ${REGULAR};`]],
    ['a group around the own address', [`From: andrew:${OWN};`]],
    ['a name without an address', ['From: andrew']],
    ['what cannot be read', ['From: "andrew" <mail@@company.example>']],
    ['an address that is an encoded-word', [`From: =?UTF-8?Q?andrew_=3C${REGULAR.replace('@', '=40')}=3E?=`]],
    ['the own address in quotes as a whole', [`From: "${OWN}"`]],
    ['the own address with something around it', [`From: greg <'${REGULAR}'>`]],
    ['a colleague’s address in quotes as a whole', [`From: "andrew <${REGULAR}>"`]],
    ['a colleague’s address in brackets', [`From: andrew [mailto:${REGULAR}]`]],
    ['a colleague’s address with a prefix', [`From: andrew <SMTP:${REGULAR}>`]],
    ['a colleague’s address as a comment', [`From: (andrew <${REGULAR}>)`]],
    ['a byte order mark before a second field', [`From: ${OWN}`, `\ufeffFrom: andrew <${REGULAR}>`]],
    ['a false Resent-From beside it', [`Resent-From: andrew <${REGULAR}>`, 'From: ceo@bank.example']],
  ];

  describe('where it says somebody else', () => {
    afterEach(() => set('company', 'isp-regular.foreignFrom', undefined));
    for (const [what, lines] of FALSE_ONES) {
      for (const from of [REGULAR, '']) {
        it(`is put right, with Sender: ${what}${from === '' ? ', from the null sender' : ''} (claimed 4)`, async () => {
          const { said, copy } = await sent(lines, { from });
          expect(said).to.match(/^250/);
          expect(lineOf(copy, 'From')).to.deep.equal([`From: ${OWN}`]);
          expect(lineOf(copy, 'Sender')).to.deep.equal([`Sender: ${OWN}`]);
          expect(copy.replace(/^To:.*$/gm, '')).to.not.match(/andrew|ceo@/i);
        });
      }
    }

    it('is put right where the mail goes to the outside as well, however From is written (claimed 4)', async () => {
      const empty = `andrew <${REGULAR}>`.replaceAll(/[<>@]/g, '\\$&');
      const groups: typeof FALSE_ONES = [['an empty group beside the own field', [`From: "${empty}":;`, `From: ${OWN}`]]];
      for (const [what, lines] of [...FALSE_ONES, ...groups]) {
        const { said, copy } = await sent(lines, { rcpt: [REGULAR, FAR] });
        expect(said, what).to.match(/^250/);
        expect(lineOf(copy, 'From'), what).to.deep.equal([`From: ${OWN}`]);
      }
    });

    it('is refused with a sentence where the account says so, and nothing is stored', async () => {
      await set('company', 'isp-regular.foreignFrom', 'refuse');
      const { said, copy } = await sent(['From: ceo@bank.example']);
      expect(said).to.match(
        /^550 5\.7\.1 .*the sender ceo@bank\.example is not an address of this account; write as mail@company\.example/,
      );
      expect(copy).to.equal('');
      expect((await sent([`From: andrew <${REGULAR}>`])).copy, 'a name is put right, as outside').to.include(`From: ${OWN}\r\n`);
      expect((await sent([`From: ${OWN}`])).said).to.match(/^250/);
    });

    it('stays where the account says so, and Sender names who has sent it', async () => {
      await set('company', 'isp-regular.foreignFrom', 'keep');
      const { copy } = await sent(['From: ceo@bank.example', 'Sender: cfo@bank.example']);
      expect(lineOf(copy, 'From')).to.deep.equal(['From: ceo@bank.example']);
      expect(lineOf(copy, 'Sender')).to.deep.equal([`Sender: ${OWN}`]);
      await office.submit('greg', [FAR], `From: Greg <greg@private.example>\r\nTo: ${FAR}\r\nSubject: private\r\n\r\nx`);
      await office.round();
      const out = office.isp.outgoing.at(-1)?.octets.toString() ?? '';
      expect(out).to.include('\r\nFrom: Greg <greg@private.example>\r\n').and.to.include(`Sender: ${OWN}\r\n`);
    });
  });

  it('is said beside From where somebody passes a mail on, and says so', async () => {
    const { copy } = await sent([
      `Resent-From: ${OWN}`,
      `Resent-To: carolyn <${REGULAR}>`,
      'From: Ruth <ruth@customer.example>',
      'Sender: list@customer.example',
    ]);
    expect(lineOf(copy, 'From')).to.deep.equal(['From: Ruth <ruth@customer.example>']);
    expect(lineOf(copy, 'Resent-From')).to.deep.equal([`Resent-From: ${OWN}`]);
    expect(lineOf(copy, 'Sender')).to.deep.equal([`Sender: ${OWN}`]);
  });

  it('is not what Sender or Resent-Sender says where that is somebody else (claimed 5)', async () => {
    const { copy } = await sent([`From: ${OWN}`, `Sender: andrew <${REGULAR}>`, `Resent-Sender: andrew <${REGULAR}>`]);
    expect(copy).to.not.include('andrew');
  });

  it('stands nowhere that one program takes for the header and another for text: such mail is refused', async () => {
    for (const lines of [
      [`From: ${OWN}`, 'no header line', 'nor this', `From: andrew <${REGULAR}>`],
      [`From: ${OWN}`, 'no header line', 'nor this', `Sender: andrew <${REGULAR}>`],
    ]) {
      const { said, copy } = await sent(lines);
      expect(said).to.match(/^550 5\.7\.1 .*its header is broken: a line "(?:From|Sender):" stands behind one that is no header line/);
      expect(copy).to.equal('');
    }
    const long = await sent([
      `From: ${OWN}`,
      ...Array.from({ length: 300 }, (_, number) => `X-${number}: ${'x'.repeat(990)}`),
      `From: andrew <${REGULAR}>`,
    ]);
    expect(long.said).to.match(/^550 5\.7\.1 .*its header is longer than 256 KB/);
    const quoting = await sent([`From: ${OWN}`, `Subject: fwd`, '', `From: andrew <${REGULAR}>`]);
    expect(quoting.said, 'in the text anybody may quote').to.match(/^250/);
    const passedOver = await sent(['one line that is none', `From: ${OWN}`]);
    expect(passedOver.copy).to.include(`From: ${OWN}`);
    const without = await office.submit('greg', [REGULAR], 'From here on all is text.\r\n');
    expect(without).to.match(/^250/);
  });

  it('is checked for colleagues of another account too', async () => {
    const { copy } = await sent([`From: andrew <${REGULAR}>`], { to: `lisa@${DOMAIN}`, rcpt: [`lisa@${DOMAIN}`], reader: 'lisa' });
    expect(lineOf(copy, 'From')).to.deep.equal([`From: ${OWN}`]);
    expect(lineOf(copy, 'Sender')).to.deep.equal([`Sender: ${OWN}`]);
  });

  it('takes no reverse-path of a colleague’s (claimed 6)', async () => {
    const refusal = await sent([`From: lisa@${DOMAIN}`], {
      user: 'lisa',
      from: `john@${DOMAIN}`,
      to: `john@${DOMAIN}`,
      rcpt: [`john@${DOMAIN}`],
    }).catch(String);
    expect(refusal).to.include(`550 5.7.1 You may not send as john@${DOMAIN}.`);
  });

  it('leaves the receipt and the bounce of a user’s own program possible, from the null sender', async () => {
    const receipt = [
      `From: ${OWN}`,
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
      'Auto-Submitted: auto-replied',
    ];
    const { said, copy } = await sent(receipt, { from: '' });
    expect(said).to.match(/^250/);
    expect(lineOf(copy, 'From')).to.deep.equal([`From: ${OWN}`]);
    expect(await office.submit('greg', [FAR], `From: ${OWN}\r\nTo: ${FAR}\r\nSubject: receipt\r\n\r\nRead.`, '')).to.match(/^250/);
    await office.round();
    expect(office.isp.outgoing.at(-1)).to.include({ from: '' });
  });

  it('is told by trace, and by no line that a mail program hands on: Received says that there was a login, and from where (claimed 9)', async () => {
    const { copy } = await sent([
      `Received: from x ([127.0.0.1]) (Authenticated sender: andrew@company) by y with ESMTPSA id 1`,
      `From: ${OWN}`,
    ]);
    const [ours = '', theirs] = lineOf(copy, 'Received');
    expect(ours).to.match(
      /^Received: from office\.example \(\[127\.0\.0\.1\]\) by post\.office\.example \(Postroom\) with ESMTPA id \d+; /,
    );
    expect(ours).to.not.match(/greg|carolyn|company/);
    expect(theirs, 'what he writes himself stands below it').to.include('andrew@company');
    const [number = ''] = /(?<= id )\d+/.exec(ours) ?? [];
    expect(await office.run('trace', { query: number, limit: 1 })).to.have.nested.property('[0].author', 'greg@company');

    const device = await LineClient.open(office.port('smtp'));
    await device.run('EHLO scanner', `MAIL FROM:<${REGULAR}>`, `RCPT TO:<${REGULAR}>`, `RCPT TO:<${FAR}>`, 'DATA');
    await device.say(`From: Scanner <${REGULAR}>\r\nTo: carolyn <${REGULAR}>\r\nSubject: scan\r\n\r\nx\r\n.`);
    device.close();
    const scan = (await office.pickUp('carolyn')).at(-1)?.text.replace(/\r\n[ \t]/g, ' ') ?? '';
    expect(scan).to.match(/^Received: from scanner \(\[127\.0\.0\.1\]\) by post\.office\.example \(Postroom\) with ESMTP id \d+; /);
    expect(await office.run('trace', { query: 'scan', limit: 1 }))
      .to.have.nested.property('[0]')
      .and.not.have.property('author');

    await office.submit('greg', [FAR], `From: ${OWN}\r\nTo: ${FAR}\r\nSubject: out\r\n\r\nx`);
    await office.round();
    for (const { octets } of office.isp.outgoing) expect(octets.toString()).to.not.match(/Authenticated|trusted address|X-Postroom/);
    expect(
      office.isp.outgoing
        .at(-1)
        ?.octets.toString()
        .replace(/\r\n[ \t]/g, ' '),
    ).to.match(/^Received: from office\.example \(\[127\.0\.0\.1\]\) by post\.office\.example \(Postroom\) with ESMTPA id \d+; /);
  });

  describe('in a domain account', () => {
    const LISA = { user: 'lisa', from: `lisa@${DOMAIN}`, to: `john@${DOMAIN}`, rcpt: [`john@${DOMAIN}`], reader: 'john' };
    afterEach(() => set('works', 'isp-domainpop.foreignFrom', undefined));

    it("is the author's own address, an alias, a sub-address or the account's, whatever name stands in front", async () => {
      for (const from of [
        `lisa@${DOMAIN}`,
        `"Lisa M." <LISA@${DOMAIN}>`,
        `Sales <sales@${DOMAIN}>`,
        `lisa+orders@${DOMAIN}`,
        `Works Ltd <post@${DOMAIN}>`,
      ]) {
        const { copy } = await sent([`From: ${from}`], LISA);
        expect(lineOf(copy, 'From'), from).to.deep.equal([`From: ${from}`]);
        expect(lineOf(copy, 'Sender'), from).to.deep.equal([]);
      }
      expect(lineOf((await sent([], LISA)).copy, 'From'), 'where there is none').to.deep.equal([`From: lisa@${DOMAIN}`]);
    });

    it('is named by Sender where it says somebody else, to colleagues and to the outside', async () => {
      for (const lines of [
        [`From: john@${DOMAIN}`],
        ['From: ceo@bank.example'],
        [`From: John <post@${DOMAIN}>`],
        [`From: John <lisa@${DOMAIN}>`],
        [`From: lisa@${DOMAIN}, john@${DOMAIN}`],
        [`From: John: lisa@${DOMAIN};`],
        [`From: john+x@${DOMAIN}`],
        ['From: john'],
        [`Resent-From: john@${DOMAIN}`, 'From: ceo@bank.example'],
        [`From: ceo@bank.example`, `Sender: john@${DOMAIN}`],
      ]) {
        const { copy } = await sent(lines, LISA);
        expect(lineOf(copy, 'Sender'), lines.join()).to.deep.equal([`Sender: lisa@${DOMAIN}`]);
        expect(lineOf(copy, 'Resent-From'), lines.join()).to.deep.equal([]);
      }
      await office.submit('lisa', [FAR], `From: john@${DOMAIN}\r\nTo: ${FAR}\r\nSubject: as John\r\n\r\nx`);
      await office.round();
      expect(office.isp.outgoing.at(-1)?.octets.toString()).to.include(`Sender: lisa@${DOMAIN}\r\n`);
    });

    it('is refused or put right where the account says so', async () => {
      await set('works', 'isp-domainpop.foreignFrom', 'refuse');
      const { said, copy } = await sent([`From: john@${DOMAIN}`], LISA);
      expect(said).to.match(/^550 5\.7\.1 .*the sender john@works\.example is not yours; write as lisa@works\.example/);
      expect(copy).to.equal('');
      await set('works', 'isp-domainpop.foreignFrom', 'rewrite');
      expect(lineOf((await sent([`From: john@${DOMAIN}`], LISA)).copy, 'From')).to.deep.equal([`From: lisa@${DOMAIN}`]);
    });
  });

  it('is ADMIN1 where ADMIN1 writes as somebody, and the account of a device that writes as somebody', async () => {
    const { copy } = await sent([`From: andrew <${REGULAR}>`], { user: 'admin1', from: REGULAR });
    expect(lineOf(copy, 'Sender')).to.deep.equal([`Sender: ADMIN1 <${REGULAR}>`]);
    expect(lineOf((await sent([`From: ADMIN1 <${REGULAR}>`], { user: 'admin1', from: REGULAR })).copy, 'Sender')).to.deep.equal([]);
    const device = await LineClient.open(office.port('smtp'));
    await device.run('EHLO scanner', `MAIL FROM:<${REGULAR}>`, `RCPT TO:<${REGULAR}>`, 'DATA');
    await device.say(`From: ceo@bank.example\r\nTo: carolyn <${REGULAR}>\r\nSubject: device\r\n\r\nx\r\n.`);
    device.close();
    expect((await office.pickUp('carolyn')).at(-1)?.text).to.include(`\r\nSender: ${REGULAR}\r\n`);
  });

  // He stays away from here on.
  describe('who is gone', () => {
    it('is the account: nothing that he said of himself is believed, and that is asked again for mail that was held', async () => {
      await plantStranger(office.dataDir, filterThat('filter', "(plan) => plan.hold('not now')"));
      await office.run('plugins.enable', { plugin: 'stranger.filter' });
      const mail = (from: string): string =>
        `From: ${from}\r\nTo: john@${DOMAIN}, carolyn <${REGULAR}>\r\nSubject: in the name of others\r\n\r\nx`;
      await office.submit('greg', [REGULAR], mail(`andrew <${REGULAR}>`));
      await office.submit('lisa', [`john@${DOMAIN}`], mail(`paul@${DOMAIN}`));
      await office.run('users.remove', { account: 'company', user: 'greg' });
      await office.run('users.remove', { account: 'works', user: 'lisa' });
      await office.run('plugins.disable', { plugin: 'stranger.filter' });
      await office.run('held.retry');
      for (const [reader, address] of [
        ['carolyn', REGULAR],
        ['john', `post@${DOMAIN}`],
      ] as const) {
        const text = (await office.pickUp(reader)).map((each) => each.text).find((each) => each.includes('in the name of others')) ?? '';
        expect([...lineOf(text, 'From'), ...lineOf(text, 'Sender')], reader).to.deep.equal([`From: ${address}`]);
      }
    });
  });
});

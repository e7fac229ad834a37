// The lines of an ISP: through every hop inside it, as mail systems write them, and never below the line of its border host.
import { innerHop, ispTrace, readReceived } from '@postroom/sdk';
import { readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';

const DATE = 'Mon, 02 Nov 2026 09:00:03 +0000';
const BORDER = `Received: from out.far.example (out.far.example [192.0.2.7])\r\n\tby mx.isp.example (Postfix) with ESMTPS id 4S1\r\n\tfor <lisa@works.example>; ${DATE} (UTC)`;
const FORGED = `Received: from mx.isp.example by mx.isp.example with LMTP id 1 for <boss@works.example>; ${DATE}`;

/** What hosts inside an ISP write above the border host's line: one hop or several each. */
const INNER: readonly (readonly [system: string, ...lines: readonly string[]])[] = [
  [
    'Dovecot LMTP',
    `from mx.isp.example\r\n\tby mail.isp.example with LMTP\r\n\tid QIG\r\n\t(envelope-from <olga@far.example>)\r\n\tfor <post@works.example>; ${DATE}`,
  ],
  ['Dovecot LMTP, the host itself', `from mx.isp.example by mx.isp.example with LMTP id QIG for <post@works.example>; ${DATE}`],
  ['Dovecot 2.2', `from mx.isp.example (mx.isp.example [198.51.100.4]) by store.isp.example (Dovecot) with LMTP id ab12; ${DATE}`],
  [
    'Dovecot director and store',
    `from director.isp.example ([198.51.100.4]) by store.isp.example with LMTPS id a; ${DATE}`,
    `from mx.isp.example ([198.51.100.3]) by director.isp.example with LMTPS id b; ${DATE}`,
  ],
  ['Dovecot in a container', `from mx.isp.example by mail (Dovecot) with LMTP id x; ${DATE}`],
  ['Cyrus by a socket', `from mx.isp.example ([unix socket])\r\n\t by imap.isp.example (Cyrus 3.8.1) with LMTPA;\r\n\t ${DATE}`],
  [
    'Cyrus murder',
    `from store2.isp.example (store2.isp.example [10.3.0.2]) by store9.isp.example (Cyrus v2.4.17) with LMTPSA (version=TLSv1/SSLv3 cipher=AES256 bits=256/256 verify=NO); ${DATE}`,
    `from mx.isp.example ([unix socket]) by store2.isp.example (Cyrus v2.4.17) with LMTPA; ${DATE}`,
  ],
  [
    'Zimbra',
    `from mta.isp.example (LHLO mta.isp.example) (10.0.0.5) by store.isp.example with LMTP; ${DATE}`,
    `from localhost (localhost.localdomain [127.0.0.1]) by mta.isp.example (Postfix) with ESMTP id 5F; ${DATE}`,
    `from mta.isp.example ([127.0.0.1])\r\n\tby localhost (mta.isp.example [127.0.0.1]) (amavisd-new, port 10032)\r\n\twith ESMTP id 0aB; ${DATE}`,
  ],
  [
    'amavisd',
    `from localhost (localhost [127.0.0.1])\r\n\tby mx.isp.example (Postfix) with ESMTP id 9C\r\n\tfor <post@works.example>; ${DATE}`,
    `from mx.isp.example ([127.0.0.1])\r\n\tby localhost (mx.isp.example [127.0.0.1]) (amavisd-new, port 10024)\r\n\twith ESMTP id Qx for <lisa@works.example>; ${DATE}`,
  ],
  [
    'amavisd in the name of the host',
    `from localhost (localhost [127.0.0.1]) by mx.isp.example (amavisd-new, port 10024) with ESMTP id 3; ${DATE}`,
  ],
  ['amavisd over IPv6', `from localhost (localhost [IPv6:::1]) by mx.isp.example (Postfix) with ESMTP id 4; ${DATE}`],
  [
    'amavisd on a machine without a domain',
    `from localhost (localhost [127.0.0.1]) by mail (Postfix) with ESMTP id 4; ${DATE}`,
    `from mail ([127.0.0.1]) by localhost (mail [127.0.0.1]) (amavis, port 10024) with ESMTP id 5; ${DATE}`,
    `from mx.isp.example by mail with LMTP id 6; ${DATE}`,
  ],
  ['simscan', `by simscan 1.4.0 ppid: 4242, pid: 4243, t: 0.0612s\r\n         scanners: attach: 1.4.0 clamav: 0.103/m:59/d:25`],
  ['qmail', `(qmail 4242 invoked by uid 89); 2 Nov 2026 09:00:03 -0000`, `(qmail 4241 invoked from network); 2 Nov 2026 09:00:02 -0000`],
  [
    'qmail behind a scanner',
    `(qmail 7 invoked by uid 89); 2 Nov 2026 09:00:03 -0000`,
    `from unknown (HELO localhost) (127.0.0.1)\r\n  by 0 with SMTP; 2 Nov 2026 09:00:03 -0000`,
  ],
  ['qmail, nobody named', `from unknown by 0 with SMTP; 2 Nov 2026 09:00:03 -0000`],
  ['Gmail', `by 2002:a05:6402:50c:b0:55a:7d1e:77aa with SMTP id m12csp1;\r\n        ${DATE}`],
  ['Gmail of old', `by 10.220.98.66 with SMTP id p2cs45678; ${DATE}`],
  ['a store of Google’s kind', `by mail-ed1.isp.example with SMTP id a9so1; ${DATE}`],
  [
    'Exchange Online store',
    `from DB9PR08.eurprd08.isp.example (2603:10a6:10:258::8)\r\n by AM0PR08.eurprd08.isp.example with HTTPS; ${DATE}`,
  ],
  [
    'Exchange Online store that states its address',
    `from A.prod.isp.example (2603:10a6:208:18e::20) by B.prod.isp.example (2603:10a6:10:2d4::21) with HTTPS id 1; ${DATE}`,
  ],
  ['Exchange 2010 store', `from EX1.isp.example ([198.51.100.5]) by EX2.isp.example ([198.51.100.6]) with mapi id 14.03.0123.003; ${DATE}`],
  [
    'Exchange 2016 mailbox transport',
    `from EX1.isp.example (198.51.100.5) by EX2.isp.example (198.51.100.6) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_X) id 15.1.2507.6 via Mailbox Transport; ${DATE}`,
  ],
  [
    'Exchange, private addresses',
    `from EX1.isp.example (10.0.0.5) by EX2.isp.example (10.0.0.6) with Microsoft SMTP Server (TLS) id 15.0.1; ${DATE}`,
  ],
  ['Exim, handed in here', `from mail by mx.isp.example with local (Exim 4.96) (envelope-from <olga@far.example>) id 1q; ${DATE}`],
  ['Exim, after its scanner', `from mail by mx.isp.example with spam-scanned (Exim 4.96) id 1q; ${DATE}`],
  ['Exim, from the next machine', `from [10.0.0.8] (helo=mx.isp.example) by store.isp.example with esmtp (Exim 4.96) id 1q; ${DATE}`],
  [
    'Exim, from the next machine by name',
    `from filter.isp.example ([10.0.0.8]:41234 helo=filter) by store.isp.example with esmtps (TLS1.3) (Exim 4.96) id 1q; ${DATE}`,
  ],
  ['Postfix pickup', `by mx.isp.example (Postfix, from userid 112)\r\n\tid 2D; ${DATE}`],
  ['Sendmail, handed in here', `(from root@localhost) by mx.isp.example (8.17.1/8.17.1/Submit) id 3A2; ${DATE}`],
  ['Courier', `from mx.isp.example (mx [::ffff:10.1.1.4]) by store.isp.example with ESMTP; ${DATE}`],
  [
    'CommuniGate',
    `from [10.0.0.7] (HELO mx.isp.example) by store.isp.example (CommuniGate Pro SMTP 6.2) with ESMTP id 7; ${DATE}`,
    `by mx.isp.example (CommuniGate Pro PIPE 6.2) with PIPE id 8; ${DATE}`,
  ],
  ['Spamassassin', `from localhost by mx.isp.example with SpamAssassin (version 4.0.0); ${DATE}`],
  [
    'Pigeonhole',
    `by store.isp.example (Postfix, from userid 5000) id 9; ${DATE}`,
    `from mx.isp.example by store.isp.example with LMTP id 1; ${DATE}`,
  ],
  [
    'fetchmail inside',
    `from pop.isp.example [10.0.0.3] by localhost with POP3 (fetchmail-6.4.37) for <post@works.example> (single-drop); ${DATE}`,
  ],
  [
    'a unique local address',
    `from mx.isp.example (mx.isp.example [IPv6:fd12:3456::8]) by store.isp.example (Postfix) with ESMTP id 1; ${DATE}`,
  ],
  ['a link-local address', `from mx (unknown [fe80::1%eth0]) by store.isp.example (Postfix) with ESMTP id 1; ${DATE}`],
  ['172.16/12', `from mx.isp.example (unknown [172.31.255.1]) by store.isp.example (Postfix) with ESMTP id 1; ${DATE}`],
  [
    'the host’s own address',
    `from mx.isp.example (mx.isp.example [198.51.100.4]) by mx.isp.example (mx.isp.example [198.51.100.4]) with ESMTP id 1; ${DATE}`,
  ],
  [
    'a machine with a private name',
    `from scan1.isp.internal ([10.9.0.1]) by mx.isp.example with ESMTP id 1; ${DATE}`,
    `from mx.isp.example ([10.9.0.2]) by scan1.isp.internal with ESMTP id 2; ${DATE}`,
  ],
  ['Yahoo', `from [203.0.113.8] by n1.bullet.isp.example with NNFMP; ${DATE}`],
];

/** Topmost lines with which somebody outside pretends to be inside, or about which nobody can tell. */
const OUTER: readonly (readonly [how: string, line: string])[] = [
  ['a greeting in the ISP’s name', `from mx.isp.example (unknown [192.0.2.7]) by mx.isp.example (Postfix) with ESMTP id 1; ${DATE}`],
  [
    'and the name of the address as well, which its owner chose',
    `from mx.isp.example (mx.isp.example [192.0.2.7]) by mx.isp.example (Postfix) with ESMTP id 1; ${DATE}`,
  ],
  ['localhost as a name', `from localhost (localhost [192.0.2.7]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['a private address as a greeting', `from [10.0.0.1] (unknown [192.0.2.7]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['the same where the host keeps no address', `from [127.0.0.1] by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['the same behind helo=', `from rdns.example ([192.0.2.7] helo=[127.0.0.1]) by mx.isp.example with esmtp (Exim 4.96) id 1; ${DATE}`],
  ['the same in qmail’s comment', `from unknown (HELO [127.0.0.1]) (192.0.2.7) by mx.isp.example with SMTP; ${DATE}`],
  ['the same in qmail’s comment, and `by 0`', `from unknown (HELO mx.isp.example) (192.0.2.7) by 0 with SMTP; ${DATE}`],
  ['LMTP in the greeting', `from a by mx.isp.example with LMTP ([192.0.2.7]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['LMTP before by', `from a with LMTP ([192.0.2.7]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['LMTP before a host that names no type', `from a with LMTP ([192.0.2.7]) by mx.isp.example id 1; ${DATE}`],
  ['a comment that does not end', `from a by mx.isp.example with LMTP (x ([192.0.2.7]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['a date too early', `from a by mx.isp.example with LMTP; ${DATE} ([192.0.2.7]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['an open bracket', `from a by mx.isp.example with LMTP <x ([192.0.2.7]) by mx.isp.example with ESMTP for <b@works.example>; ${DATE}`],
  ['a login', `from pc (unknown [10.8.0.2]) (Authenticated sender: eve) by mx.isp.example (Postfix) with ESMTPSA id 1; ${DATE}`],
  ['a private address in the sender’s', `from a (envelope-sender <a@[10.0.0.1]>) by mx.isp.example with SMTP; ${DATE}`],
  ['an access provider’s shared address', `from pc (unknown [100.64.3.2]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  ['two addresses, one of them outside', `from a ([10.0.0.1] [192.0.2.7]) by mx.isp.example with ESMTP id 1; ${DATE}`],
  [
    'a neighbour of the ISP’s',
    `from mx1.isp.example (mx1.isp.example [198.51.100.3]) by mx.isp.example ([198.51.100.4]) with ESMTP id 1; ${DATE}`,
  ],
  ['a browser', `from [192.0.2.7] by webmail.isp.example with HTTPS; ${DATE}`],
  ['a browser of a customer', `from dsl7.example ([2001:db8::7]) by webmail.isp.example ([2001:dead::1]) with HTTPS; ${DATE}`],
  [
    'Exchange’s open door',
    `from mx.isp.example (192.0.2.7) by EX1.isp.example (198.51.100.5) with Microsoft SMTP Server id 15.1 via Frontend Transport; ${DATE}`,
  ],
  ['nothing but names', `from mx.isp.example by mx.isp.example with ESMTP id 1; ${DATE}`],
];

describe('the lines of an ISP', () => {
  const traceOf = (...lines: readonly string[]) => ispTrace(readHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)).fields);
  const received = (lines: readonly string[]): readonly string[] => lines.map((line) => `Received: ${line}`);

  for (const [system, ...lines] of INNER) {
    it(`reach through ${system} to the border, and end there`, () => {
      const { hops, fields, host } = traceOf(
        ...received(lines),
        'X-Original-To: lisa@works.example',
        BORDER,
        'X-Original-To: boss@works.example',
        FORGED,
      );
      expect(hops).to.have.length(lines.length + 1);
      expect(hops.at(-1)?.received).to.include({ by: 'mx.isp.example', for: 'lisa@works.example' });
      expect(fields).to.have.length(lines.length + 2);
      expect(host).to.match(/\.isp\.example$/);
    });
  }

  for (const [how, line] of OUTER) {
    it(`end where somebody outside hands over with ${how}`, () => {
      expect(traceOf(...received([line]), FORGED).hops).to.have.length(1);
    });
  }

  it('end where the line below an inner hop is a stranger’s, whatever it says', () => {
    const [gateway] = received([
      `from out.far.example (unknown [172.18.0.1]) by mx.isp.example (Postfix) with ESMTP id 1 for <lisa@works.example>; ${DATE}`,
    ]);
    for (const by of ['out.far.example', 'mx.isp.example.far.example', 'pc', '192.0.2.9', 'mail.far.local']) {
      const trace = traceOf(gateway ?? '', `Received: from a (b [10.0.0.1]) by ${by} with ESMTP id 2; ${DATE}`, FORGED);
      expect(trace.hops, by).to.have.length(1);
      if (by.includes('example')) expect(trace.handedOverBy, by).to.deep.equal({ address: '172.18.0.1', as: 'gateway' });
    }
  });

  it('end at an internal address behind which the outside stands, but tell what stood below it', () => {
    const [line = ''] = received([`from a (unknown [172.18.0.1]) by mx.isp.example (Postfix) with ESMTP id 1; ${DATE}`]);
    const fields = readHeader(Buffer.from(`${line}\r\n${FORGED}\r\n\r\n`)).fields;
    const { hops, handedOverBy } = ispTrace(fields, { gateways: ['172.18.0.1'] });
    expect(hops).to.have.length(1);
    expect(handedOverBy).to.deep.equal({ address: '172.18.0.1', as: 'inner' });
    expect(ispTrace(fields).hops, 'as long as nobody knows').to.have.length(2);
  });

  it('may begin further down, where the settings name a host', () => {
    const fields = readHeader(
      Buffer.from(
        `Received: from mx.isp.example (mx.isp.example [198.51.100.4]) by store.other.example with ESMTP id 1; ${DATE}\r\n${BORDER}\r\n${FORGED}\r\n\r\n`,
      ),
    ).fields;
    expect(ispTrace(fields).host).to.equal('store.other.example');
    const { hops, host } = ispTrace(fields, { isFirst: (name) => name.endsWith('isp.example') });
    expect([host, hops.length, hops[0]?.index]).to.deep.equal(['mx.isp.example', 1, 1]);
  });

  it('have no host with a name of its own where none is named', () => {
    expect(traceOf(`Received: by 2002:a05::1 with SMTP id 1; ${DATE}`).host).to.equal(undefined);
    expect(traceOf(`Received: by simscan 1.4.0; ${DATE}`).host).to.equal(undefined);
    expect(traceOf('Subject: none').hops).to.deep.equal([]);
  });

  it('never reach below a line that bears an address outside, whatever the sender calls himself', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            'a',
            '[10.0.0.1]',
            '(',
            ')',
            '<',
            '>',
            '"',
            ';',
            '\\',
            ' ',
            ' by mx.isp.example ',
            ' with LMTP ',
            ' from ',
            'for <a@b.c>',
            DATE,
          ),
          maxLength: 12,
        }),
        fc.constantFrom(
          (helo: string) =>
            `from ${helo} (unknown [192.0.2.7]) by mx.isp.example (Postfix) with ESMTPS id 4S1 for <lisa@works.example>; ${DATE} (UTC)`,
          (helo: string) => `from unknown (HELO ${helo}) (192.0.2.7) by mx.isp.example with SMTP; ${DATE}`,
          (helo: string) =>
            `from [192.0.2.7] (helo=${helo}) by mx.isp.example with esmtp (Exim 4.96) id 1q for lisa@works.example; ${DATE}`,
        ),
        (helo, line) => innerHop(readReceived(line(helo))) === undefined,
      ),
      { numRuns: 3000 },
    );
  });

  it('are followed in time linear in the length of the header', () => {
    const line = `Received: from a (b [10.0.0.1]) by mx.isp.example with LMTP id 1; ${DATE}`;
    const header = Buffer.from(`${`${line}\r\n`.repeat(2500)}Received: ${'('.repeat(60_000)}\r\n\r\n`);
    const before = performance.now();
    expect(ispTrace(readHeader(header).fields).hops.length).to.be.greaterThan(1000);
    expect(performance.now() - before).to.be.below(2000);
  });
});

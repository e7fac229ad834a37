import { readReceived } from '@postroom/sdk';
import { expect } from 'chai';
import fc from 'fast-check';

describe('a Received field', () => {
  it('names its host and its recipient', () => {
    const value =
      'from out.example (out.example [192.0.2.7]) by MX.isp.example. (Postfix) with ESMTPS id 4X for <greg@works.example>; Fri, 20 Nov 2026';
    expect(readReceived(value)).to.deep.include({ by: 'mx.isp.example', for: 'greg@works.example', from: 'out.example', with: 'esmtps' });
  });

  it('has no recipient in a comment, in a quoted string, behind another clause, or in its date', () => {
    const values = [
      'by mx.isp.example (for <a@b.example>)',
      'from "x for a@b.example" by mx.isp.example',
      'by mx.isp.example id for',
      'by mx.isp.example; for a@b.example',
    ];
    for (const value of values) expect(readReceived(value), value).to.include({ by: 'mx.isp.example', for: undefined });
  });

  it('has no recipient where several are listed', () => {
    expect(readReceived('by mx.isp.example for <a@b.example>,<c@d.example>').for).to.equal(undefined);
  });

  it('names no host in a hop inside one machine', () => {
    expect(readReceived('(qmail 7 invoked by uid 89); 20 Nov 2026').by).to.equal(undefined);
  });

  it('tells the address that its host saw from those that the client made up', () => {
    const told = (value: string): readonly (readonly string[])[] => {
      const { clients, named, own } = readReceived(value);
      return [clients, named, own];
    };
    const table: readonly (readonly [value: string, clients: readonly string[], named: readonly string[], own?: readonly string[]])[] = [
      ['from a (b [192.0.2.7]) by mx.isp.example', ['192.0.2.7'], ['192.0.2.7']],
      ['from [10.0.0.1] (unknown [192.0.2.7]) by mx.isp.example', ['192.0.2.7'], ['10.0.0.1', '192.0.2.7']],
      ['from [192.0.2.7] (helo=[10.0.0.1]) by mx.isp.example', ['192.0.2.7'], ['192.0.2.7', '10.0.0.1']],
      ['from b ([192.0.2.7] helo=[10.0.0.1]) by mx.isp.example', ['192.0.2.7'], ['192.0.2.7', '10.0.0.1']],
      ['from unknown (HELO [10.0.0.1]) (192.0.2.7) by 0', ['192.0.2.7'], ['10.0.0.1', '192.0.2.7']],
      ['from a ([192.0.2.7]) (envelope-sender <a@[10.0.0.1]>) by mx', ['192.0.2.7'], ['192.0.2.7', '10.0.0.1']],
      ['from a [192.0.2.7] by mx.isp.example (SMTPD)', ['192.0.2.7'], ['192.0.2.7']],
      ['from [10.0.0.1] by mx.isp.example', [], ['10.0.0.1']],
      ['from a ([IPv6:2001:db8::7]) by mx ([::ffff:192.0.2.9])', ['2001:db8::7'], ['2001:db8::7'], ['192.0.2.9']],
      ['from a (2001:DB8::7%eth0) by mx (192.0.2.9:25)', ['2001:db8::7'], ['2001:db8::7'], ['192.0.2.9']],
      ['from a (1.2.3.4.5) (999.1.1.1) (12:30:59) by mx', [], []],
    ];
    for (const [value, clients, named, own = []] of table) expect(told(value), value).to.deep.equal([clients, named, own]);
  });

  it('is doubtful where a greeting may have made up its clauses', () => {
    const plain =
      'from a ([192.0.2.7]) by mx.isp.example (Postfix) with ESMTP id 4X for <greg@works.example>; Fri, 20 Nov 2026 12:00:00 +0100 (CET)';
    expect(readReceived(plain).isPlain).to.equal(true);
    const helos = [
      'a by b with LMTP',
      'a with LMTP (',
      'a by b with LMTP; now',
      'a by b with LMTP; (',
      'a by b with LMTP "',
      'a by b with LMTP <',
    ];
    for (const helo of helos)
      expect(readReceived(plain.replace('from a', `from ${helo}`)), helo).to.include({ isPlain: false, for: undefined });
    expect(readReceived(plain.replace('from a', 'from a with LMTP for <lisa@works.example>'))).to.include({
      with: 'esmtp',
      isPlain: false,
      for: undefined,
    });
  });

  it('is read whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('(', ')', '<', '>', '"', '\\', ';', ' ', 'by', ' for ', 'a@b', 'x.y'), maxLength: 60 }),
        (noise) => {
          const { for: recipient } = readReceived(noise);
          return recipient === undefined || recipient.includes('@');
        },
      ),
    );
  });

  it('never lets a comment behind the clauses change what they say', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (noise) => {
        const comment = `(${noise.replace(/[()\\]/g, '')})`;
        return readReceived(`by mx.isp.example ${comment} for greg@works.example`).for === 'greg@works.example';
      }),
    );
  });
});

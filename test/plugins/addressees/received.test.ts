import { expect } from 'chai';
import fc from 'fast-check';
import { readReceived } from '#plugins/addressees/dist/received.js';

describe('a Received field', () => {
  it('names its host and its recipient', () => {
    const value =
      'from out.example (out.example [192.0.2.7]) by MX.isp.example. (Postfix) with ESMTPS id 4X for <greg@works.example>; Fri, 20 Nov 2026';
    expect(readReceived(value)).to.deep.equal({ by: 'mx.isp.example', for: 'greg@works.example' });
  });

  it('has no recipient in a comment, in a quoted string, behind another clause, or in its date', () => {
    const values = [
      'by mx.isp.example (for <a@b.example>)',
      'from "x for a@b.example" by mx.isp.example',
      'by mx.isp.example id for',
      'by mx.isp.example; for a@b.example',
    ];
    for (const value of values) expect(readReceived(value), value).to.deep.equal({ by: 'mx.isp.example', for: undefined });
  });

  it('has no recipient where several are listed', () => {
    expect(readReceived('by mx.isp.example for <a@b.example>,<c@d.example>').for).to.equal(undefined);
  });

  it('names no host in a hop inside one machine', () => {
    expect(readReceived('(qmail 7 invoked by uid 89); 20 Nov 2026').by).to.equal(undefined);
    expect(readReceived('from unknown by 0 with SMTP').by).to.equal(undefined);
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

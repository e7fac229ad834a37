import { HEADER_LIMIT, HeaderCollector, headerEnd, readHeader, valueOctets } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';
import { expectLinear } from '../../kit/linear.js';

function read(text: string) {
  return readHeader(Buffer.from(text, 'latin1'));
}

function names(text: string): readonly string[] {
  return read(text).fields.map((field) => field.name);
}

describe('readHeader', () => {
  it('knows where the header ends, the empty line included', () => {
    const text = 'From: a@b.example\r\nSubject: x\r\n\r\nbody\r\n';
    expect(read(text).size).to.equal(text.indexOf('body'));
    expect(headerEnd(Buffer.from(text))).to.equal(text.indexOf('body'));
  });

  it('gives each field with its octets, byte for byte', () => {
    const text = 'Received: a\r\n\tb\r\nTO : x\xe9\r\n\r\n';
    const { fields } = read(text);
    expect(fields.map((field) => Buffer.from(field.raw).toString('latin1'))).to.deep.equal(['Received: a\r\n\tb\r\n', 'TO : x\xe9\r\n']);
    expect(fields.map(({ start, end, index }) => [start, end, index])).to.deep.equal([
      [0, 17, 0],
      [17, 26, 1],
    ]);
  });

  it('unfolds and decodes values', () => {
    const { fields } = read(
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_an?=\r\n\talle\r\nX-A: caf\xe9\r\nX-B: caf\xc3\xa9\r\n\r\n',
    );
    expect(fields.map((field) => field.value)).to.deep.equal(['Grüße an\talle'.replace('\t', ' '), 'café', 'café']);
  });

  it('finds all fields of a name in any case, obsolete space before the colon included (70)', () => {
    const header = read('To: a\r\nto : b\r\nX: c\r\nTO\t: d\r\n\r\n');
    expect(header.all('to').map((field) => field.value)).to.deep.equal(['a', 'b', 'd']);
    expect(header.first('To')?.value).to.equal('a');
    expect(header.first('Cc')).to.equal(undefined);
  });

  it('passes over an mbox line at the top, and over lines without a colon (71)', () => {
    expect(names('From a@b Mon Jan  1 00:00:00 2024\r\nTo: x\r\n\r\n')).to.deep.equal(['To']);
    expect(names('>From a@b Mon Jan  1 00:00:00 2024\r\nTo: x\r\n\r\n')).to.deep.equal(['To']);
    expect(names('To: x\r\nno colon here\r\nCc: y\r\n\r\nbody: z\r\n')).to.deep.equal(['To', 'Cc']);
    expect(names('From : a@b\r\nTo: x\r\n\r\n')).to.deep.equal(['From', 'To']);
  });

  it('lets the body begin where no field follows a line that is none (71)', () => {
    const text = 'To: x\r\nDear all,\r\nhow are you: fine\r\n\r\n';
    expect(names(text)).to.deep.equal(['To']);
    expect(read(text).size).to.equal(7);
  });

  it('leaves a message without any header whole (72)', () => {
    const header = read('This is just text\r\nand more text\r\n\r\nthe end\r\n');
    expect(header.fields).to.have.length(0);
    expect(header.size).to.equal(0);
  });

  it('reads an empty message, and one that begins with the empty line', () => {
    expect(read('').size).to.equal(0);
    expect(read('\r\nbody\r\n').size).to.equal(2);
  });

  it('is not led astray by names of object properties', () => {
    const header = read('__proto__: a\r\nconstructor: b\r\nhasOwnProperty: c\r\n\r\n');
    expect(['__proto__', 'constructor', 'hasownproperty', 'tostring'].map((name) => header.first(name)?.value)).to.deep.equal([
      'a',
      'b',
      'c',
      undefined,
    ]);
  });

  it('reads at most 256 KB and says so (73)', () => {
    const header = readHeader(Buffer.from(`To: ${'a@b.example, '.repeat(100_000)}\r\nCc: x\r\n\r\nbody`));
    expect(header.truncated).to.equal(true);
    expect(header.size).to.equal(HEADER_LIMIT);
    expect(header.fields.map((field) => field.name)).to.deep.equal(['To']);
  });

  it('is not led astray by a line that the limit cuts (73)', () => {
    for (const field of ['X-Field: and so on\r\n', 'X-Another-Field:\r\n']) {
      const octets = Buffer.from(`To: x@y.example\r\n${field.repeat(50_000)}\r\nbody`);
      for (const shift of ['', '1', '12', '123456', '12345678901']) {
        const header = readHeader(Buffer.concat([Buffer.from(`A: ${shift}\r\n`), octets]));
        expect([header.truncated, header.size], shift).to.deep.equal([true, HEADER_LIMIT]);
        expect(readHeader(Buffer.concat([Buffer.from(`A: ${shift}\r\n`), octets]).subarray(0, header.size)).truncated).to.equal(true);
      }
    }
    expect(readHeader(Buffer.alloc(300_000, 'x'))).to.include({ size: 0, truncated: true });
  });

  it('keeps every octet in place: header, then body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const { fields, size } = readHeader(octets);
        let position = 0;
        for (const field of fields) {
          expect(field.start).to.be.at.least(position);
          expect(Buffer.compare(field.raw, octets.subarray(field.start, field.end))).to.equal(0);
          expect(typeof field.value).to.equal('string');
          expect(valueOctets(field).length).to.be.lessThan(field.raw.length);
          position = field.end;
        }
        expect(size).to.be.within(position, octets.length);
      }),
      { numRuns: 2000 },
    );
  });

  for (const piece of ['a', 'a:', 'a: b\r\n', 'a\r\n', ' \r\n', '\r', ':', 'a:\r\n b\r\nx\r\n']) {
    it(`takes linear time for ${JSON.stringify(piece)}`, () =>
      expectLinear(piece, HEADER_LIMIT, (octets) => readHeader(octets).all('a').length)).timeout(120_000);
  }
});

describe('HeaderCollector', () => {
  it('knows the end of the header however the octets are cut', () => {
    const octets = Buffer.from('From: a\r\nTo: b\r\n\r\nbody\r\n');
    for (let size = 1; size <= octets.length; size += 1) {
      const collector = new HeaderCollector();
      let position = 0;
      while (!collector.push(octets.subarray(position, position + size))) position += size;
      expect(readHeader(collector.octets).size).to.equal(18);
      expect(Buffer.compare(collector.octets, octets.subarray(0, collector.octets.length))).to.equal(0);
    }
  });

  it('stops at the limit, at no more cost for single octets', () => {
    const collector = new HeaderCollector();
    let pushed = 1;
    while (!collector.push(Uint8Array.of(97))) pushed += 1;
    expect(pushed).to.equal(HEADER_LIMIT);
  });
});

// The lines of the protocols (POP3 server P, POP3 client C, SMTP submission S, relaying R) against the titles of the tests.
import { expect } from 'chai';
import { type SourceFile, sourcesIn } from '../kit/sourceFiles.js';

/** Lines of each kind. */
const LINES = { P: 102, C: 55, S: 84 } as const;
const RELAYING = 60;
/** What a test imports that talks to a running server over a socket. */
const OVER_A_SOCKET = /\/(?:rawClient|servedHost|lineClient|collectingHost|trustingProbe|postroom|crowd)\.ts$/;
const TITLE = /\bit\(\s*(?:'([^'\n]*)'|`([^`\n]*)`|"([^"\n]*)")/g;

function titlesOf({ text }: SourceFile): readonly string[] {
  return [...text.matchAll(TITLE)].map(([, single, template, double]) => single ?? template ?? double ?? '');
}

describe('conformance', () => {
  const files = [...sourcesIn('test/plugins'), ...sourcesIn('test/flow')].filter(({ name }) => name.endsWith('.test.ts'));
  const titles = files.filter(({ imports }) => imports.some((name) => OVER_A_SOCKET.test(name))).flatMap(titlesOf);
  const named = new Set(titles.flatMap((title) => title.match(/\b[PCS]\d{2,3}\b/g) ?? []));

  for (const [kind, count] of Object.entries(LINES)) {
    it(`has a test over a socket named after each line of ${kind}`, () => {
      const all = Array.from({ length: count }, (_, index) => `${kind}${String(index + 1).padStart(2, '0')}`);
      expect(all.filter((line) => !named.has(line))).to.deep.equal([]);
    });
  }

  // The Outbox's part of relaying is the store's and the flow's: no socket of ours is in it.
  it('has a test named after each line of R', () => {
    const all = [
      ...files,
      ...sourcesIn('test/core').filter(({ name }) => name.endsWith('.test.ts')),
      ...sourcesIn('sdk/testing/storeSuite'),
    ].flatMap(titlesOf);
    const lines = Array.from({ length: RELAYING }, (_, index) => `R${String(index + 1).padStart(2, '0')}`);
    expect(lines.filter((line) => !all.some((title) => new RegExp(`\\b${line}\\b`).test(title)))).to.deep.equal([]);
  });

  it('names no line that does not exist', () => {
    const unknown = [...named].filter((line) => Number(line.slice(1)) > (LINES[line[0] as keyof typeof LINES] ?? 0));
    expect(unknown).to.deep.equal([]);
  });
});

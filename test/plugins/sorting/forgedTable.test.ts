// docs/sorting.md says what somebody gains with what he may write himself; each row is played by a test that bears its name.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { filesByRow } from './caseTitles.js';

const PAGE = new URL('../../../../docs/sorting.md', import.meta.url);

/** The cells of the rows that begin with `forged 1`, `claimed 2` ... */
function rows(): readonly (readonly string[])[] {
  const lines = readFileSync(PAGE, 'utf8').split('\n');
  return lines
    .filter((line) => /^\| (?:forged|claimed) \d+ \|/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('the page about sorting, on what is forged', () => {
  it('has a test for every row, where it says, and a row for every test', () => {
    const files = filesByRow();
    const table = rows();
    expect(table.map(([row]) => row)).to.deep.equal([...new Set(table.map(([row]) => row))], 'each row once');
    expect(table.map(([row]) => row)).to.have.members([...files.keys()]);
    for (const [row = '', ...cells] of table) {
      expect(cells, row).to.have.length(4);
      expect(
        cells.every((cell) => cell !== ''),
        `${row} has an empty cell`,
      ).to.equal(true);
      expect(cells.at(-1), row).to.equal([...new Set(files.get(row))].join(', '));
    }
  });

  it('speaks of every field by which somebody outside may say whom a mail is for, or what it is', () => {
    const text = rows().flat().join('\n').toLowerCase();
    for (const name of [
      ...[
        'in-reply-to',
        'references',
        'original-message-id',
        'bounce',
        'delivered-to',
        'x-original-to',
        'envelope-to',
        'x-rcpt-to',
        'received',
      ],
      ...['helo', 'resent-to', 'list-id', 'list-post', 'to, cc', 'learned', 'loop', 'message-id', 'auto-submitted', 'sender', 'mail from'],
    ])
      expect(text, name).to.include(name);
  });
});

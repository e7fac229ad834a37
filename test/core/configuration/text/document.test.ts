import { editDistance, nearest } from '@postroom/sdk/base';
import { diffLines } from '@postroom/sdk/settings';
import { expect } from 'chai';
import { applyEdits, parseDocument, renameKeys } from '#core/configuration/text/document.js';

const TEXT = `// Our office.
{
  "timer.everyMinutes": 5, // often enough
  "accounts": {
    /* the shared one */
    "company": { "kind": "regular", "users": { "andrew": {}, "greg": {} } },
  },
}
`;

describe('edits of settings.json', () => {
  it('changes a value and nothing else', () => {
    expect(applyEdits(TEXT, [{ path: ['timer.everyMinutes'], value: 7 }])).to.equal(TEXT.replace('5, //', '7, //'));
  });

  it('adds a user and keeps comments and order', () => {
    const text = applyEdits(TEXT, [{ path: ['accounts', 'company', 'users', 'carolyn'], value: { 'cc.to': ['greg'] } }]);
    expect(text).to.contain('// Our office.').and.to.contain('// often enough').and.to.contain('/* the shared one */');
    expect(parseDocument(text).value)
      .to.have.nested.property('accounts.company.users.carolyn')
      .that.deep.equals({ 'cc.to': ['greg'] });
    expect(Object.keys(parseDocument(text).value as object)).to.deep.equal(['timer.everyMinutes', 'accounts']);
  });

  it('removes a user, and leaves alone what is not there', () => {
    const text = applyEdits(TEXT, [
      { path: ['accounts', 'company', 'users', 'andrew'], value: undefined },
      { path: ['accounts', 'nobody', 'users', 'x'], value: undefined },
    ]);
    expect(parseDocument(text).value).to.have.nested.property('accounts.company.users').that.deep.equals({ greg: {} });
    expect(text).to.contain('/* the shared one */');
  });

  it('leaves every comment on its line when something comes behind it or goes', () => {
    const text = '{\n  "a": 9, // nine\n  // about b\n  "b": 1 // one\n}\n';
    expect(applyEdits(text, [{ path: ['c'], value: [5] }])).to.equal(text.replace('1 // one', '1, // one\n  "c": [\n    5\n  ]'));
    expect(applyEdits(text, [{ path: ['b'], value: undefined }])).to.equal('{\n  "a": 9 // nine\n  // about b\n}\n');
    expect(applyEdits(text, [{ path: ['a'], value: undefined }])).to.equal('{\n  // about b\n  "b": 1 // one\n}\n');
    expect(applyEdits('{ "a": 9 /* nine */ }', [{ path: ['b', 'c'], value: 1 }])).to.equal('{ "a": 9, /* nine */ "b": {"c":1} }');
    expect(applyEdits('{ "a": [1, 2, 3] }', [{ path: ['a', 1], value: undefined }])).to.equal('{ "a": [1, 3] }');
  });

  it('begins in an empty group and goes through groups that are not there', () => {
    const text = applyEdits('{}', [{ path: ['accounts', 'company', 'users', 'andrew'], value: {} }]);
    expect(parseDocument(text).value).to.deep.equal({ accounts: { company: { users: { andrew: {} } } } });
  });

  it('keeps a byte order mark and the line ends of Windows', () => {
    const text = applyEdits(`\uFEFF${TEXT.replaceAll('\n', '\r\n')}`, [{ path: ['log.keepDays'], value: 9 }]);
    expect(text.startsWith('\uFEFF// Our office.\r\n')).to.equal(true);
    expect(text.replaceAll('\r\n', '')).to.not.contain('\n');
  });

  it('renames a key in its place', () => {
    expect(renameKeys(TEXT, [{ path: ['timer.everyMinutes'], to: 'timer.minutes' }])).to.equal(
      TEXT.replace('timer.everyMinutes', 'timer.minutes'),
    );
  });
});

describe('the difference of two versions', () => {
  it('shows the lines that differ and two around', () => {
    expect(diffLines('a\nb\nc\nd\ne\nf', 'a\nb\nc\nD\ne\nf')).to.equal('...\n b\n c\n-d\n+D\n e\n f');
  });

  it('is empty where nothing differs', () => {
    expect(diffLines('a', 'a')).to.equal('');
  });
});

describe('the nearest name', () => {
  it('counts a swap as one step', () => {
    expect(editDistance('timer', 'tiemr')).to.equal(1);
  });

  it('finds a name that lacks its first part, and none where none is near', () => {
    expect(nearest('keepDays', ['log.keepDays', 'log.level'])).to.equal('log.keepDays');
    expect(nearest('colour', ['log.keepDays', 'log.level'])).to.equal(undefined);
  });
});

describe('an edited text', () => {
  it('never puts a new value into a comment that takes the rest of the line', () => {
    for (const text of ['{"a": 1 // last\n}', '{ "a": { "b": 2 } } // end\n', '{"a": 1, // last\n}']) {
      const edited = applyEdits(text, [{ path: ['new'], value: true }]);
      expect(parseDocument(edited).value, edited).to.deep.include({ new: true });
      expect(edited).to.match(/\/\/ (?:last|end)/);
    }
  });
});

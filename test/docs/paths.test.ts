// What the pages name is there: every link, every heading that one leads to, every file and folder of the tree.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';
import { anchorsOf, pathsOf } from './pagePaths.js';

const OUTPUT = /(^|\/)(dist|node_modules|web-dist)\//;

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** Pages for readers, from the root. Those of templates speak of the plugin that is made from them. */
function pages(): readonly string[] {
  const below = (folder: string): readonly string[] =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name.split(path.sep).join('/')}`,
    );
  const all = [
    ...readdirSync(ROOT),
    ...below('docs'),
    ...below('plugins'),
    ...below('sdk'),
    'test/faults/README.md',
    'test/bench/README.md',
  ];
  return all.filter((name) => name.endsWith('.md') && !OUTPUT.test(name) && !/^sdk\/(templates|api)\//.test(name)).sort();
}

/** A trailing slash is a folder's. */
function isThere(file: string): boolean {
  return existsSync(path.join(ROOT, file));
}

describe('the pages', () => {
  it('are found, and docs/README.md lists each', () => {
    expect(pages()).to.include.members(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/architecture.md', 'plugins/pop3/README.md']);
    const listed = pathsOf('docs/README.md', read('docs/README.md')).flatMap(({ files }) => files);
    const own = pages().filter((page) => /^(docs\/)?[^/]+\.md$/.test(page) && page !== 'docs/README.md');
    expect(own.filter((page) => !listed.includes(page))).to.deep.equal([]);
  });

  it('name files and folders that are there', () => {
    const missing = pages().flatMap((page) =>
      pathsOf(page, read(page))
        .filter(({ files }) => !files.some(isThere))
        .map(({ text }) => `${page}: ${text}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('lead to headings that are there', () => {
    const lost = pages().flatMap((page) =>
      pathsOf(page, read(page))
        .filter(({ anchor, files: [file = ''] }) => anchor !== undefined && file.endsWith('.md') && !anchorsOf(read(file)).includes(anchor))
        .map(({ text }) => `${page}: ${text}`),
    );
    expect(lost).to.deep.equal([]);
  });

  it('have every room of the core and of the SDK on the map', () => {
    const map = read('docs/architecture.md');
    const rooms = (folder: string): readonly string[] =>
      readdirSync(path.join(ROOT, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !OUTPUT.test(`${entry.name}/`))
        .map((entry) => `\`${folder}/${entry.name}/\``);
    expect(rooms('core').length).to.be.greaterThan(5);
    expect([...rooms('core'), ...rooms('sdk')].filter((room) => !map.includes(room))).to.deep.equal([]);
  });

  it('list every decision, each with its number and title', () => {
    const files = readdirSync(path.join(ROOT, 'docs', 'decisions'))
      .filter((name) => name !== 'README.md')
      .sort();
    const list = [...read('docs/decisions/README.md').matchAll(/^\| \[(\d{4})\]\((.+?)\) \| (.+) \|$/gm)];
    expect(list.map(([, , file]) => file)).to.deep.equal(files);
    const numbers = list.map(([, number]) => number);
    expect(numbers, 'each number once').to.deep.equal([...new Set(numbers)]);
    for (const [, number = '', file = '', title = ''] of list) {
      expect(file.slice(0, 4)).to.equal(number);
      const text = read(`docs/decisions/${file}`);
      expect(text.split('\n')[0]).to.equal(`# ${number}. ${title}`);
      for (const part of ['## Context', '## Decision', '## Consequences']) expect(text, file).to.include(`\n${part}\n\n`);
    }
  });
});

describe('the paths of a page', () => {
  it('are its links and the names in its text, and not those of other servers or data folders', () => {
    const text = [
      'See [the map](architecture.md#the-rooms), [here](#there), [mail](https://x.example/docs/a.md), <img src="pictures/a.png">',
      '`core/flow/sort.ts` and test/peers/, but not data/plugins/x, https://y.example/core/z or @postroom/sdk/testing.',
      '| P01 | Holds. | plugins/pop3/server/details |',
      '`core/flow/sort.ts`, `round.ts`',
    ].join('\n');
    expect(pathsOf('docs/README.md', text)).to.deep.equal([
      { text: 'architecture.md#the-rooms', files: ['docs/architecture.md'], anchor: 'the-rooms' },
      { text: '#there', files: ['docs/README.md'], anchor: 'there' },
      { text: 'pictures/a.png', files: ['docs/pictures/a.png'] },
      ...['core/flow/sort.ts', 'test/peers', 'plugins/pop3/server/details', 'core/flow/sort.ts'].map((name) => ({
        text: name,
        files: [name, `test/${name}.test.ts`, `test/${name}.ts`],
      })),
      { text: 'round.ts', files: ['core/flow/round.ts'] },
    ]);
    expect(anchorsOf('# The map\n\n## C: POP3 client\n')).to.deep.equal(['the-map', 'c-pop3-client']);
  });
});

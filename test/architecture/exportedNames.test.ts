// An exported name stands once in the product and means one thing: who searches for it finds one place.
import { expect } from 'chai';
import { type SourceFile, sourcesIn } from '../kit/sourceFiles.js';

/** What the host, the command line, or a door thread calls in every plugin that has it. */
const ENTRIES: readonly string[] = ['activate', 'activateStandalone', 'deactivate', 'openDoor', 'run'];

/** Names that stand twice all the same, each with its reason. The list only gets shorter: an exception that is not needed any more fails the test. */
const EXCEPTIONS: readonly { readonly name: string; readonly files: readonly string[]; readonly because: string }[] = [
  {
    name: 'ForeignFrom',
    files: ['plugins/isp-domainpop/outgoingFrom.ts', 'plugins/isp-regular/outgoingFrom.ts'],
    because: 'one setting of two kinds of account: a plugin imports no other',
  },
  {
    name: 'portProblem',
    files: ['plugins/admin-ui/portProblem.ts', 'plugins/pop3/server/portProblem.ts'],
    because: 'one sentence of two plugins that open ports, each with its own advice',
  },
];

/** Stores have the same rooms, so that who knows one finds the way in the other: a name may stand once in each of them. */
const STORES: readonly string[] = ['plugins/platform/store-sqlite/', 'plugins/store-postgres/'];

const EXPORTED = /^export (?:declare )?(?:abstract |async )?(?:class|interface|type|const|function\*?|enum) ([\w$]+)/gm;

/** The files that export each name; a type and a value of one name in one file are one export. */
function exportsIn(files: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { name: file, text } of files) {
    for (const [, name = ''] of text.matchAll(EXPORTED)) found.set(name, (found.get(name) ?? new Set()).add(file));
  }
  return new Map([...found].map(([name, of]) => [name, [...of].sort()]));
}

/** `name: file, file` for every name that several files export. */
function repeated(exported: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...exported]
    .filter(([name, files]) => files.length > 1 && !ENTRIES.includes(name))
    .map(([name, files]) => `${name}: ${files.join(', ')}`)
    .sort();
}

describe('an exported name', () => {
  const product = ['core', 'sdk', 'plugins'].flatMap(sourcesIn).filter(({ name }) => !name.startsWith('plugins/admin-ui/web/'));
  const beside = (store: string): readonly SourceFile[] =>
    product.filter(({ name }) => STORES.every((other) => other === store || !name.startsWith(other)));
  const found = [...new Set(STORES.flatMap((store) => repeated(exportsIn(beside(store)))))];
  const excepted = EXCEPTIONS.map(({ name, files }) => `${name}: ${files.join(', ')}`);

  it('stands in one file of the product', () => {
    expect(exportsIn(product).size).to.be.above(1_000);
    expect(found.filter((each) => !excepted.includes(each))).to.deep.equal([]);
  });

  it('needs every exception that is made', () => {
    expect(excepted.filter((each) => !found.includes(each))).to.deep.equal([]);
  });

  it('would be seen standing twice', () => {
    const file = (name: string, text: string): SourceFile => ({ name, text, imports: [] });
    const files = [
      file(
        'core/a.ts',
        'export interface Reader {}\nexport const Reader = 1;\nexport async function read(): Promise<void> {}\nconst left = 1;',
      ),
      file('sdk/b.ts', 'export abstract class Reader {}\nexport type Read = 1;\nexport const left = 2;'),
      file('plugins/c/plugin.ts', 'export function activate(): void {}'),
      file('plugins/d/plugin.ts', 'export async function activate(): Promise<void> {}\nexport function read(): void {}'),
    ];
    expect(repeated(exportsIn(files))).to.deep.equal(['Reader: core/a.ts, sdk/b.ts', 'read: core/a.ts, plugins/d/plugin.ts']);
  });
});

// The rooms of the manager's page: who may import whom. Reads the sources.
import { expect } from 'chai';
import { sourcesIn } from '../../kit/sourceFiles.js';

const TOP = 'plugins/admin-ui/web/';
const BELOW = ['base', 'api', 'controls'];
/** The folders of the page, each with those that it may import from; what lies beside them, `app.tsx` and `main.tsx`, sees everything. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  api: ['base'],
  controls: ['base', 'api'],
  settings: BELOW,
  mail: BELOW,
  forms: BELOW,
  plugins: BELOW,
  users: [...BELOW, 'settings'],
  accounts: [...BELOW, 'settings', 'users'],
  setup: [...BELOW, 'users', 'accounts'],
  pages: [...BELOW, 'settings', 'mail', 'forms', 'plugins', 'users', 'accounts', 'setup'],
  frame: [...BELOW, 'pages'],
};

describe("the rooms of the manager's page", () => {
  const sources = sourcesIn('plugins/admin-ui/web');
  /** '' for what lies in no room. */
  const roomOf = (name: string): string => (name.startsWith(TOP) ? name.slice(TOP.length).split('/').slice(0, -1).join('/') : '');

  it('are these, and each has a topic', () => {
    expect(new Set(sources.map(({ name }) => roomOf(name)))).to.have.keys('', ...Object.keys(ROOMS));
  });

  it('import from those below them only', () => {
    const upward = sources.flatMap(({ name, imports }) =>
      imports
        .filter((imported) => imported.startsWith(TOP) && !imported.endsWith('/answers.generated.ts'))
        .filter((imported) => roomOf(name) !== '' && roomOf(imported) !== roomOf(name) && !ROOMS[roomOf(name)]?.includes(roomOf(imported)))
        .map((imported) => `${name} -> ${imported}`),
    );
    expect(upward).to.deep.equal([]);
    expect(sources.find(({ name }) => name === `${TOP}frame/palette.tsx`)?.imports).to.include(`${TOP}pages/table.ts`);
  });
});

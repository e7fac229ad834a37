// The questions of the setup as plugins contribute them, and what they may ask.
import type { Contributions } from '@postroom/sdk';
import { expect } from 'chai';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { type AskingPlugin, offeredQuestions } from '#plugins/platform/setup/dist/offeredQuestions.js';
import { manifest } from '../../../core/configuration/manifests.js';

const TEXT = { type: 'string', default: '', title: 'x' } as const;

function plugin(name: string, bundled: boolean, setup: Contributions['setup'], keys: Readonly<Record<string, object>>): AskingPlugin {
  const contributes: Contributions = {
    ...(setup !== undefined && { setup }),
    commands: [{ command: `${name}.read`, title: 'Read' }],
    configuration: { title: name, properties: Object.fromEntries(Object.entries(keys).map(([key, more]) => [key, { ...TEXT, ...more }])) },
  };
  return { id: `acme.${name}`, bundled, manifest: manifest(name, contributes) };
}

const PLUGINS = [
  plugin(
    'b',
    false,
    [
      { property: 'b.first', question: 'First?', order: 5 },
      { property: 'b.last', question: 'Last?' },
      { property: 'a.late', question: "Another's?" },
    ],
    {
      'b.first': { scope: 'user' },
      'b.last': {},
    },
  ),
  plugin(
    'a',
    true,
    [
      { property: 'a.late', question: 'Late?' },
      { property: 'a.first', question: 'First of the product?', order: 5, command: 'a.read' },
      { property: 'a.key', question: 'A secret?' },
      { property: 'a.demo', demo: { value: 0, later: 1 } },
      { property: 'a.other', question: 'Read by another?', command: 'b.read' },
      { property: 'a.none', question: 'Of none?', demo: { value: 'x' } },
    ],
    { 'a.late': {}, 'a.first': { scope: 'account' }, 'a.key': { secret: true }, 'a.demo': {}, 'a.other': {} },
  ),
];
const manifests = PLUGINS.flatMap((each) => each.manifest ?? []);

describe('the questions that plugins contribute', () => {
  const schema = mergeSchema(manifests, () => undefined);
  const offered = offeredQuestions(PLUGINS, schema);

  it('come in their order, the product first, and are about properties of their plugins alone, never about secrets', () => {
    expect(offered.map(({ question }) => question)).to.deep.equal(['First of the product?', 'First?', 'Late?', 'Last?']);
  });

  it('have the scope and the schema of the property', () => {
    expect(offered.map(({ key, scope }) => `${key} ${scope}`)).to.deep.equal([
      'a.first account',
      'b.first user',
      'a.late server',
      'b.last server',
    ]);
    expect(offered[0]).to.deep.include({ command: 'a.read', schema: { ...TEXT, scope: 'account' } });
  });
});

// The answer of `config questions`: of the plugins at work, and of none that is only installed.
import type { CollectorDeclaration, Contributions } from '@postroom/sdk';
import type { PluginStatus } from '@postroom/sdk/services';
import { expect } from 'chai';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { contributionsOf } from '#plugins/platform/setup/dist/setupContributions.js';
import { manifest } from '../../../core/configuration/manifests.js';

function plugin(name: string, state: PluginStatus['state'], contributes: Contributions): PluginStatus {
  const facts = { folder: `/plugins/${name}`, version: '1.0.0', bundled: false, trusted: false, essential: false, failsClosed: false };
  return { ...facts, id: `acme.${name}`, name: name.toUpperCase(), state, problems: [], manifest: manifest(name, contributes) };
}

function collector(via: string, more: Partial<CollectorDeclaration> = {}): Contributions {
  return {
    collectors: [{ via, title: via, properties: [], ...more }],
    configuration: { title: via, properties: { [`${via}.host`]: { type: 'string', default: '' } } },
    setup: [{ property: `${via}.host`, question: `Host of ${via}?` }],
  };
}

const PLUGINS = [
  plugin('web', 'active', collector('web')),
  plugin('pop', 'active', collector('pop', { isDefault: true })),
  plugin('old', 'disabled', collector('old')),
];

describe('what the setup goes by', () => {
  const schema = mergeSchema(
    PLUGINS.flatMap((each) => each.manifest ?? []),
    () => undefined,
  );
  const tests = [
    { command: 'pop.test-login', title: 'Test', owner: 'acme.pop', via: 'pop' },
    { command: 'core.test-login', title: 'Test', owner: 'core' },
  ];
  const { questions, collectors, loginTests, editions, cc } = contributionsOf(schema, PLUGINS, tests);

  it('asks and collects as the active plugins do, by the default way first', () => {
    expect(questions.map(({ question }) => question)).to.deep.equal(['Host of web?', 'Host of pop?']);
    expect(collectors.map(({ via }) => via)).to.deep.equal(['pop', 'web']);
  });

  it('names a login test after its plugin, else by its command, and says for which way it is', () => {
    expect(loginTests).to.deep.equal([
      { name: 'POP', command: 'pop.test-login', via: 'pop' },
      { name: 'core.test-login', command: 'core.test-login' },
    ]);
  });

  it('has nothing that no plugin declares', () => {
    expect(editions).to.deep.equal([]);
    expect(cc).to.equal(undefined);
  });
});

// Values of strangers' settings: checked as the product's own are, within limits, and in the plugin's name.
import '#core/base/injection.js';
import type { PluginManifest } from '@postroom/sdk';
import { expect } from 'chai';
import { SettingsLoader } from '#core/configuration/checking/settingsLoader.js';
import { manifest } from '../manifests.js';

const STRANGER = manifest('tint', {
  configuration: {
    title: 'Tint',
    properties: {
      'tint.colour': { type: 'string', pattern: '^(a+)+$', default: 'aaa', title: 'Colour', patternErrorMessage: 'Only the letter a.' },
      'tint.parts': {
        type: 'array',
        perNode: true,
        default: [{ name: 'first' }],
        title: 'Parts',
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string', pattern: '^[a-z]{1,300}$' }, size: { type: 'integer', default: 3 } },
        },
      },
      'tint.shade': { type: 'string', pattern: '^(?:dark|light)$', scope: 'user', title: 'Shade' },
      'tint.at': { type: 'string', pattern: '^[0-9]{2}$', scope: 'account', title: 'At' },
    },
  },
});
const OURS = manifest('own', {
  accountKinds: [{ kind: 'regular', title: 'Regular', description: 'One address.', owns: 'address' }],
  configuration: { title: 'Own', properties: { 'own.name': { type: 'string', pattern: '^(?=x)x', default: 'x', title: 'Name' } } },
});

async function loader(manifests: readonly PluginManifest[] = [OURS, STRANGER]): Promise<SettingsLoader> {
  const made = new SettingsLoader('a');
  await made.merge(manifests, new Set([OURS]));
  return made;
}
const office = (further: object): string =>
  JSON.stringify({ accounts: { company: { kind: 'regular', address: 'mail@company.example', ...further } } });

describe("the settings of a stranger's plugin", () => {
  let settings: SettingsLoader;
  beforeEach(async () => {
    settings = await loader();
  });
  const problems = (text: string): readonly string[] => settings.load(text, {}).problems.map(({ path, message }) => `${path}: ${message}`);

  it('are checked by their patterns in linear time, with place and words, in accounts and users too', () => {
    expect(problems(JSON.stringify({ 'tint.colour': `${'a'.repeat(60)}!` }))[0]).to.match(
      /^tint\.colour: "tint\.colour": Not .*Only the letter a\.$/,
    );
    expect(problems(office({ users: { andrew: { 'tint.shade': 'pale' } } }))[0]).to.match(
      /^accounts\/company\/users\/andrew\/tint\.shade: /,
    );
    expect(problems(office({ 'tint.at': 'noon' }))[0]).to.match(/^accounts\/company\/tint\.at: /);
    expect(problems(JSON.stringify({ 'tint.parts': [{ name: 'ok' }, { name: 'NO' }] }))[0]).to.match(/^tint\.parts\/1\/name: /);
    expect(problems(office({ 'tint.at': '12', users: { andrew: { 'tint.shade': 'dark' } } }))).to.deep.equal([]);
  });

  it('get the defaults of their parts, whether or not the file names them', () => {
    expect(settings.load('{}', {}).good?.value['tint.parts']).to.deep.equal([{ name: 'first', size: 3 }]);
    expect(settings.load('{"tint.parts":[{"name":"b"}]}', {}).good?.value['tint.parts']).to.deep.equal([{ name: 'b', size: 3 }]);
    expect(settings.load('{}', {}).good?.value['tint.colour']).to.equal('aaa');
  });

  it('are checked for one server alone where they may differ by server, and get the defaults of their parts there', () => {
    const nodes = (values: object): string => JSON.stringify({ nodes: { a: values } });
    expect(problems(nodes({ 'tint.parts': [{ name: 'NO' }] }))[0]).to.match(/^nodes\/a\/tint\.parts\/0\/name: /);
    expect(settings.load(nodes({ 'tint.parts': [{ name: 'c' }] }), {}).good?.value['tint.parts']).to.deep.equal([{ name: 'c', size: 3 }]);
    expect(problems(nodes({ 'tint.colour': 'b' }))).to.have.length(1);
    expect(settings.load(nodes({ 'tint.colour': 'b' }), {}).good?.value['tint.colour']).to.equal('aaa');
  });

  it('are refused in a sentence where they are too long for the patterns', () => {
    const parts = Array.from({ length: 100 }, () => ({ name: 'b'.repeat(300) }));
    expect(problems(JSON.stringify({ 'tint.parts': parts })).join()).to.match(
      /"tint\.parts" is too long to be checked against the patterns/,
    );
  });

  it('are shown without their patterns, while our own keep theirs', () => {
    expect(JSON.stringify(settings.schema.json)).to.include('(?=x)').and.not.include('(a+)+');
    expect(JSON.stringify([...settings.schema.properties.values()].map(({ schema }) => schema))).to.not.include('(a+)+');
  });

  it('are left out one by one where they go beyond the limits, and the others stay', async () => {
    const bad = manifest('bad', {
      configuration: {
        title: 'Bad',
        properties: { 'bad.one': { type: 'string', pattern: '(?=a)', title: 'One' }, 'bad.two': { type: 'integer', title: 'Two' } },
      },
    });
    settings = await loader([OURS, STRANGER, bad]);
    expect(settings.schema.conflicts.join()).to.match(
      /acme\.bad declares the setting "bad\.one", which is left out: its pattern .* cannot be used/,
    );
    expect([...settings.schema.properties.keys()]).to.include.members(['bad.two', 'tint.colour', 'own.name']);
    expect(problems('{"bad.two":1,"tint.colour":"aa"}')).to.deep.equal([]);
  });
});

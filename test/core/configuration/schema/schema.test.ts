// The schema beside settings.json, as editors use it: right by the meta-schema, and of one mind in two validators that know nothing of each other.
import '#core/base/injection.js';
import { createRequire } from 'node:module';
import { Validator } from '@cfworker/json-schema';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { schemaProblem } from '#core/configuration/checking/validate.js';
import { CORE_PROPERTIES } from '#core/configuration/schema/coreProperties.js';
import { isOwn, mergeSchema } from '#core/configuration/schema/schema.js';
import { type JsonSchema, VOCABULARY } from '#core/schemas/vocabulary.js';
import { bundledManifests, manifest } from '../manifests.js';

const schema = mergeSchema(bundledManifests(), schemaProblem);
const META = createRequire(import.meta.url)('ajv/dist/refs/json-schema-draft-07.json') as object;

const ajv = new Ajv({ strict: false, allErrors: true });
const byAjv = ajv.compile(schema.json);
const other = new Validator(schema.json, '7', false);

/** The schema of the entries of a group. */
function inside(scope: JsonSchema, group: string): JsonSchema {
  return (scope['properties'] as Record<string, { additionalProperties: JsonSchema }>)[group]?.additionalProperties ?? {};
}

const account = (further: object = {}, kind = 'regular'): object => ({
  accounts: { company: { kind, address: 'mail@company.com', 'pop3.host': 'pop.isp.example', ...further } },
});

const SAMPLES: readonly (readonly [title: string, isRight: boolean, settings: unknown])[] = [
  ['nothing at all', true, {}],
  [
    'a whole office',
    true,
    { $schema: './settings.schema.json', 'timer.everyMinutes': 5, ...account({ users: { andrew: { 'cc.to': ['greg'] }, greg: {} } }) },
  ],
  ['a domain account with aliases', true, account({ users: { lisa: { aliases: ['sales', 'l.jones'] } } }, 'domain')],
  [
    'ports',
    true,
    {
      'pop3.listen': [
        { port: 0, security: 'starttls' },
        { host: '::1', port: 995, security: 'tls' },
      ],
    },
  ],
  [
    'an address in letters of another language',
    true,
    { accounts: { büro: { kind: 'regular', address: 'post@büro.example', 'pop3.host': 'p' } } },
  ],
  ['windows of the timer', true, { 'timer.windows': [{ days: ['mon'], from: '22:00', to: '02:00' }] }],
  ['ports of one server alone', true, { nodes: { 'front-1.office.example': { 'pop3.listen': [{ port: 0, security: 'tls' }] } } }],
  ['a setting for one server alone that all have in common', false, { nodes: { a: { 'log.keepDays': 5 } } }],
  ['a server with a name that none has', false, { nodes: { 'a/b': {} } }],
  ['networks', true, { 'smtp.trustedNetworks': ['192.168.1.0/24', '10.0.0.7', 'fd00::/64', '::1', '::ffff:10.0.0.0/104'] }],
  ['a network beyond addresses', false, { 'smtp.trustedNetworks': ['300.1.1.1/8'] }],
  ['a network longer than an address', false, { 'pop3.plaintextNetworks': ['10.0.0.0/33'] }],
  ['a network of too many parts', false, { 'smtp.trustedNetworks': ['10.0.0.0.0'] }],
  ['a list', false, []],
  ['an unknown key', false, { 'timer.everyMinuets': 5 }],
  ['text for a number', false, { 'timer.everyMinutes': 'often' }],
  ['a number beyond its range', false, { 'log.keepDays': 0 }],
  ['a fraction', false, { 'log.keepDays': 1.5 }],
  ['an unknown choice', false, { 'log.level': 'loud' }],
  ['a name twice', false, { 'plugins.enabled': ['a.b', 'a.b'] }],
  ['a port beyond ports', false, { 'pop3.listen': [{ port: 65536, security: 'tls' }] }],
  ['a misspelt member of a port', false, { 'pop3.listen': [{ prot: 110, security: 'tls' }] }],
  ['a day that is none', false, { 'timer.windows': [{ days: ['someday'], from: '22:00', to: '02:00' }] }],
  ['an account without address', false, { accounts: { company: { kind: 'regular' } } }],
  ['an unknown kind', false, account({}, 'regualr')],
  ['an address that is none', false, account({ address: 'company.com' })],
  ['a secret', false, account({ 'pop3.password': 'hunter2' })],
  ["a server's property in an account", false, account({ 'log.level': 'info' })],
  ["an account's property in a user", false, account({ users: { andrew: { 'pop3.host': 'x' } } })],
  ['a user who is a text', false, account({ users: { andrew: 'greg' } })],
  ['a user with a reserved name', false, account({ users: { admin1: {} } })],
  ['a user with a slash', false, account({ users: { 'a/b': {} } })],
  ['accounts in a list', false, { accounts: [] }],
];

describe('a setting that two plugins declare', () => {
  const declares = (name: string) =>
    manifest(name, {
      configuration: { title: name, properties: { 'b.token': { type: 'string', secret: true, title: 'Token' } as never } },
    });
  const [first, second] = [declares('a'), declares('b')];

  it('is the first one’s where that is part of the product', () => {
    const merged = mergeSchema(
      [first, second],
      () => undefined,
      (each) => each === second,
    );
    expect(['acme.a', 'acme.b'].map((plugin) => isOwn(merged, plugin, 'b.token'))).to.deep.equal([true, false]);
  });

  it('is nobody’s where both are by strangers: which one comes first is chance', () => {
    const merged = mergeSchema(
      [first, second],
      () => undefined,
      () => true,
    );
    expect(['acme.a', 'acme.b'].map((plugin) => isOwn(merged, plugin, 'b.token'))).to.deep.equal([false, false]);
    const alone = mergeSchema(
      [second],
      () => undefined,
      () => true,
    );
    expect(isOwn(alone, 'acme.b', 'b.token')).to.equal(true);
  });
});

describe('the schema of the settings', () => {
  it('is right by the meta-schema, in two validators', () => {
    expect(ajv.validateSchema(schema.json), JSON.stringify(ajv.errors)).to.equal(true);
    const { valid, errors } = new Validator(META, '7', false).validate(schema.json);
    expect(errors).to.deep.equal([]);
    expect(valid).to.equal(true);
  });

  for (const [title, isRight, settings] of SAMPLES) {
    it(`${isRight ? 'takes' : 'refuses'} ${title}, in two validators`, () => {
      expect(byAjv(settings), JSON.stringify(byAjv.errors)).to.equal(isRight);
      const { valid, errors } = other.validate(settings);
      expect(valid, JSON.stringify(errors)).to.equal(isRight);
    });
  }

  it('has from every manifest a title, a description, a default unless it is secret, and the restart need', () => {
    for (const { name, contributes } of [
      { name: 'core', contributes: { configuration: { properties: CORE_PROPERTIES } } },
      ...bundledManifests(),
    ]) {
      for (const [key, property] of Object.entries(contributes?.configuration?.properties ?? {})) {
        const at = `${name}: ${key}`;
        expect(property.title, at).to.be.a('string').that.is.not.empty;
        expect(property.markdownDescription ?? property.description, at).to.be.a('string').that.is.not.empty;
        expect(property.restart, at).to.be.oneOf(['none', 'listener', 'server']);
        expect(property.default === undefined, `${at}: secrets and nothing else have no default`).to.equal(property.secret === true);
      }
    }
  });

  it('tells in the hover of every property its default and what a change needs', () => {
    const { properties } = schema.json as { properties: Record<string, { markdownDescription: string; additionalProperties: never }> };
    expect(properties['log.keepDays']?.markdownDescription).to.match(/\n\nDefault: `30`\. A change applies at once\.$/);
    expect(properties['smtp.maxMessageBytes']?.markdownDescription).to.match(/at once: the ports are opened anew\.$/);
    expect(properties['smtp.trustedNetworks']?.markdownDescription).to.match(
      /opened anew\. .* has to be confirmed within 60 s, or it goes back\.$/,
    );
    const scopes = [schema.json, inside(schema.json, 'accounts'), inside(inside(schema.json, 'accounts'), 'users')] as {
      properties: Record<string, Record<string, unknown>>;
    }[];
    for (const [key, each] of scopes.flatMap((scope) => Object.entries(scope.properties)).filter(([key]) => key !== '$schema')) {
      expect(each['markdownDescription'], key).to.match(/Default: .+\. A change applies /);
      expect(each['restart'], key).to.be.a('string');
    }
  });

  it('tells so of a property whose author wrote less, too', () => {
    const made = mergeSchema(
      [manifest('short', { configuration: { title: 'Short', properties: { 'short.key': { description: 'Words.' } } } })],
      schemaProblem,
    );
    const { properties } = made.json as { properties: Record<string, { markdownDescription: string; restart: string }> };
    expect(properties['short.key']).to.include({
      restart: 'none',
      markdownDescription: 'Words.\n\nDefault: none. A change applies at once.',
    });
  });

  it('calls risky what could lock people out, and nothing else', () => {
    const risky = [...schema.properties.values()].filter(({ schema: each }) => each.risky === true);
    expect(risky.map(({ scope }) => scope)).to.deep.equal(risky.map(() => 'server'));
    expect(risky.map(({ key }) => key).sort()).to.deep.equal([
      ...['admin-ui.allowedHosts', 'admin-ui.listen', 'pop3.listen', 'pop3.plaintextNetworks'],
      ...['server.name', 'smtp.listen', 'smtp.plaintextNetworks', 'smtp.trustedNetworks'],
      ...['tls.certificateFile', 'tls.keyFile', 'tls.names'],
    ]);
  });

  it('has words for every pattern: nobody is shown a regular expression', () => {
    const walk = (at: string, each: unknown): void => {
      if (typeof each !== 'object' || each === null) return;
      if ('pattern' in each)
        expect(each, at)
          .to.have.property('patternErrorMessage')
          .that.matches(/^[A-Z].*\.$/);
      for (const [key, inner] of Object.entries(each)) walk(`${at}/${key}`, inner);
    };
    for (const { key, schema: property } of schema.properties.values()) walk(key, property);
  });

  it('has defaults that it takes itself', () => {
    for (const { key, schema: property } of schema.properties.values()) {
      if (property.default === undefined) continue;
      const { valid, errors } = new Validator(property as object, '7', false).validate(property.default);
      expect(valid, `${key}: ${JSON.stringify(errors)}`).to.equal(true);
    }
  });

  it('uses no word that editors would stumble over', () => {
    const strict = new Ajv({ strict: true, strictTypes: false, allowUnionTypes: true });
    for (const word of VOCABULARY) strict.addKeyword(word);
    expect(() => strict.compile(schema.json)).to.not.throw();
  });
});
